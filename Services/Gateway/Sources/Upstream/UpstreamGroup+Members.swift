import Synchronization

// Who belongs to a service, and how others follow it.
extension UpstreamGroup {
    /// - Parameter options: for what the definition leaves open.
    package convenience init(_ definition: UpstreamDefinition, options: UpstreamOptions) {
        self.init(name: definition.name, endpoints: definition.endpoints, options: options)
        adopt(definition)
    }

    /// Takes what another configuration says of the service.
    package func adopt(_ definition: UpstreamDefinition) {
        change { state in
            state.admission.concurrency = definition.concurrency ?? options.admission.concurrency
            newVersion()
        }
        configure(definition.endpoints)
    }

    /// Takes another list of endpoints, from now on. Those that stay keep their connections and what is known of them;
    /// connections of the others are closed once their requests are answered.
    ///
    /// - Parameter endpoints: 1 to 64 of them; hosts may be names, which ``UpstreamResolver`` looks up.
    package func configure(_ endpoints: [UpstreamEndpoint]) { changeList { $0.configure(endpoints) } }

    /// Hosts of the list that are names.
    package var names: [String] { state.withLock { $0.list.names } }

    /// A name was looked up; without an address when that failed.
    ///
    /// - Returns: whether the instances changed.
    @discardableResult
    package func resolved(_ name: String, to addresses: [String]) -> Bool {
        changeList { $0.resolved(name, to: addresses) }
    }

    @discardableResult
    private func changeList(_ body: (inout EndpointList) -> Void) -> Bool {
        change { state in
            body(&state.list)
            guard state.table.replace(with: state.list.endpoints) else { return false }
            membersChanged(state)
            return true
        }
    }

    /// The members of now, and again whenever they change.
    package func updates() -> AsyncStream<[UpstreamMember]> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: [UpstreamMember].self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { state in
            continuation.yield(state.table.members)
            state.listeners.append(continuation)
        }
        return stream
    }

    // MARK: Looking at it

    /// An event loop's pool as it is now.
    func report(_ pool: UpstreamPoolSnapshot, of loop: Int) { state.withLock { $0.pools[loop] = pool } }

    /// The service as it is now; its pools as they were at the last tick.
    package var snapshot: UpstreamSnapshot {
        state.withLock { state in
            UpstreamSnapshot(
                name: name,
                instances: state.table.instances.map {
                    .init(
                        endpoint: $0.member.endpoint, health: $0.health.status, circuit: $0.breaker.state,
                        ejections: $0.breaker.openings)
                },
                circuit: state.circuit.state, circuitOpenings: state.circuit.openings,
                pool: state.pools.values.reduce(UpstreamPoolSnapshot(), +))
        }
    }
}
