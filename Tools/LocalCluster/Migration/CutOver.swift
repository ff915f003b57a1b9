import Postgres

/// Makes the other store the owner of writes, in steps that may each be taken again: hold, close, catch up, open, release.
///
/// At no moment do both stores accept. `docs/decisions/0043` says why the steps come in this order.
package struct CutOver: Sendable {
    /// In which the last changes must be brought over: the gateways hold writes no longer than five seconds.
    private static let catchUpLimit = Duration.seconds(2)

    private let stores: MigrationStores
    private let gateways: GatewayWrites?
    private let say: @Sendable (String) -> Void

    /// - Parameters:
    ///   - gateways: nil where no gateway sends the writes; the stores alone change then.
    ///   - say: is told of every step.
    package init(_ stores: MigrationStores, gateways: GatewayWrites?, say: @escaping @Sendable (String) -> Void) {
        self.stores = stores
        self.gateways = gateways
        self.say = say
    }

    /// - Parameter target: the store that is to be the owner.
    /// - Returns: the epoch that has begun, or that a run before this one has begun.
    /// - Throws: ``ClusterError`` when it cannot be; then the former owner takes writes again, unless the sentence says so.
    package func run(to target: WriteOwnership.Store) async throws -> Int {
        let (own, legacy) = try await stores.ownership()
        let (former, next) = target == .candidate ? (legacy, own) : (own, legacy)
        if former.owner == target {
            let isDone = next.owner == target
            say(
                isDone
                    ? "The \(Self.name(target)) takes writes already."
                    : "An earlier cut-over is gone on with: the \(Self.name(target.other)) takes no writes any more.")
            if !isDone { try await gateways?.set(.held, reason: "cut-over to \(target.rawValue)") }
            return try await finish(former, isDone: isDone)
        }
        guard own == legacy else {
            throw ClusterError(
                "An earlier cut-over the other way has not come to its end: run it once more, and then this one.")
        }
        try await prepare(target, epoch: former.epoch)
        let begun = WriteOwnership(owner: target, epoch: former.epoch + 1)
        do {
            try await gateways?.set(.held, reason: "cut-over to \(target.rawValue)")
            if gateways != nil { say("Every gateway holds writes, and none is under way.") }
            try await stores.setOwner(begun, in: target.other)
            say("The \(Self.name(target.other)) refuses writes: epoch \(begun.epoch) has begun.")
            try await catchUp(target)
        } catch {
            try await giveUp(backTo: former, error)
        }
        return try await finish(begun, isDone: false)
    }

    /// All that can be done before writes wait.
    private func prepare(_ target: WriteOwnership.Store, epoch: Int) async throws {
        try await gateways?.check(epoch: epoch)
        let applier = ChangeApplier(stores)
        let report = try await StoreComparison(stores).run { try await applier.bringOver(to: target) }
        guard report.isEqual else {
            throw ClusterError(
                "The stores differ in \(report.differences.count) rows, and nothing was changed: run ./desk verify.")
        }
        say("Both stores have the same \(report.legacyRows) rows.")
    }

    /// The former owner takes nothing any more, so that this comes to an end.
    private func catchUp(_ target: WriteOwnership.Store) async throws {
        let stores = stores
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await ChangeApplier(stores).bringOver(to: target)
                return true
            }
            group.addTask {
                try await Task.sleep(for: Self.catchUpLimit)
                return false
            }
            defer { group.cancelAll() }
            guard try await group.next() == true else {
                throw ClusterError(
                    "The last changes were not brought over within \(Self.catchUpLimit.components.seconds) s.")
            }
        }
        say("Its last changes are in the \(Self.name(target)).")
    }

    private func finish(_ begun: WriteOwnership, isDone: Bool) async throws -> Int {
        if !isDone {
            try await ChangeApplier(stores).bringOver(to: begun.owner)
            try await stores.setOwner(begun, in: begun.owner)
            say("The \(Self.name(begun.owner)) takes writes, in epoch \(begun.epoch).")
        }
        let owner: GatewayWrites.Owner = begun.owner == .candidate ? .candidate : .legacy
        do {
            try await gateways?.set(owner, reason: "cut-over to \(begun.owner.rawValue)")
        } catch let error as ClusterError {
            throw ClusterError("\(error.sentence) The stores have changed: run this once more.")
        }
        if gateways != nil { say("Every gateway sends writes there.") }
        return begun.epoch
    }

    /// Nothing was written in the epoch that had begun, so the one before goes on.
    private func giveUp(backTo former: WriteOwnership, _ error: any Error) async throws -> Never {
        do {
            try await stores.setOwner(former, in: former.owner)
            try await gateways?.set(former.owner == .legacy ? .legacy : .candidate, reason: "the cut-over was given up")
        } catch {
            throw ClusterError(
                "The cut-over stopped half-way (\(error)): run it once more, and until then writes are refused.")
        }
        throw error
    }

    private static func name(_ store: WriteOwnership.Store) -> String {
        store == .legacy ? "monolith" : "strategies' store"
    }
}
