import Synchronization

/// The instances of one service and what is known of them, shared by all event loops.
///
/// What every request asks is published in atomics; what changes rarely is behind a lock.
package final class UpstreamGroup: Sendable {
    struct State {
        var list: EndpointList
        var table: InstanceTable
        var circuit: CircuitBreaker
        var admission: AdmissionLimits
        var pools: [Int: UpstreamPoolSnapshot] = [:]
        var listeners: [AsyncStream<[UpstreamMember]>.Continuation] = []
    }

    package let name: UpstreamName
    package let options: UpstreamOptions
    let state: Mutex<State>
    private let healthyMask = Atomic<UInt64>(0)
    private let doubtfulMask = Atomic<UInt64>(0)
    private let silentMask = Atomic<UInt64>(0)
    private let ejectedMask = Atomic<UInt64>(0)
    private let troubled = Atomic(false)
    private let circuitIsClosed = Atomic(true)
    private let listVersion = Atomic<UInt64>(0)

    /// - Parameter endpoints: 1 to 64 of them; hosts may be names.
    package init(name: UpstreamName, endpoints: [UpstreamEndpoint], options: UpstreamOptions = UpstreamOptions()) {
        self.name = name
        self.options = options
        let list = EndpointList(endpoints)
        var table = InstanceTable(options: options)
        _ = table.replace(with: list.endpoints)
        state = Mutex(
            State(
                list: list, table: table, circuit: CircuitBreaker(policy: options.circuit), admission: options.admission
            ))
        state.withLock { publish($0) }
    }

    // MARK: What requests ask

    package var healthy: EndpointSet { EndpointSet(rawValue: healthyMask.load(ordering: .relaxed)) }

    /// Those that answer, but not well, and those that were not checked yet.
    package var doubtful: EndpointSet { EndpointSet(rawValue: doubtfulMask.load(ordering: .relaxed)) }

    /// Doubtful ones that did not answer their last checks at all: what they were asked they may never answer.
    package var silent: EndpointSet { EndpointSet(rawValue: silentMask.load(ordering: .relaxed)) }

    /// Those that failed requests, whatever their checks say.
    package var ejected: EndpointSet { EndpointSet(rawValue: ejectedMask.load(ordering: .relaxed)) }

    /// Whether successes have to be told: only then does one change anything.
    var isTroubled: Bool { troubled.load(ordering: .relaxed) }

    /// Whether the service as a whole takes requests.
    var takesAll: Bool { circuitIsClosed.load(ordering: .relaxed) }

    /// Changes whenever the members or the limits do.
    var version: UInt64 { listVersion.load(ordering: .acquiring) }

    package var admission: AdmissionLimits { state.withLock { $0.admission } }

    package var members: [UpstreamMember] { state.withLock { $0.table.members } }

    package func contains(_ member: UpstreamMember) -> Bool { state.withLock { $0.table.contains(member) } }

    /// In the order of the list.
    package var instances: [InstanceTable.Instance] { state.withLock { $0.table.instances } }

    // MARK: Changing

    /// Changes the state, and publishes what came of it.
    func change<Result: Sendable>(_ change: (inout State) -> Result) -> Result {
        state.withLock { state in
            let result = change(&state)
            publish(state)
            return result
        }
    }

    /// Tells the event loops that they have to look again.
    func newVersion() { listVersion.wrappingAdd(1, ordering: .releasing) }

    /// Tells everybody that the members are others now.
    func membersChanged(_ state: State) {
        newVersion()
        for listener in state.listeners { listener.yield(state.table.members) }
    }

    private func publish(_ state: State) {
        let (table, circuit) = (state.table, state.circuit)
        healthyMask.store(table.endpoints { $0.health.status == .healthy }.rawValue, ordering: .relaxed)
        doubtfulMask.store(
            table.endpoints { $0.health.status == .doubtful || $0.health.status == .unknown }.rawValue,
            ordering: .relaxed)
        silentMask.store(table.endpoints { $0.health.isSilent }.rawValue, ordering: .relaxed)
        ejectedMask.store(table.ejected.rawValue, ordering: .relaxed)
        troubled.store(
            circuit.isTroubled || !table.endpoints { $0.breaker.isTroubled }.isEmpty, ordering: .relaxed)
        circuitIsClosed.store(circuit.state == .closed, ordering: .relaxed)
    }
}
