import Postgres

extension DatabaseServers {
    /// A standby that is further behind a living primary than this is not promoted: catching up would take too long.
    private static let farBehind = 16 << 20

    /// The standby of this name, if it may become the primary.
    ///
    /// - Parameter primaryAnswers: whether the present one can hand over what it has.
    /// - Throws: one sentence that says why not.
    func candidate(_ name: String, primaryAnswers: Bool) async throws -> PostgresServer {
        guard let target = PostgresServer(name: name), servers.contains(target) else {
            let known = standbys(of: primary).map(\.name)
            throw ClusterError(
                "There is no standby \(name) in this cluster"
                    + (known.isEmpty ? ": start it with --replicas 1." : "; it has \(known.joined(separator: ", "))."))
        }
        guard target != primary else { throw ClusterError("\(name) is the primary already.") }
        guard try await process(target).isHealthy, let own = await position(target) else {
            throw ClusterError("\(name) is not a running standby at the moment: ./desk status shows how it is.")
        }
        if primaryAnswers {
            try await checkFollows(target)
        } else {
            try await checkNobodyIsAhead(of: target, at: own.lsn)
        }
        return target
    }

    /// A living primary hands over what it has when it is stopped, to those that follow it closely.
    private func checkFollows(_ target: PostgresServer) async throws {
        guard let status = await statuses()[target], let lag = status.lagBytes else {
            throw ClusterError(
                "\(target.name) does not follow \(primary.name) at the moment: see \(topology.layout.log(target.name))."
            )
        }
        guard lag <= Self.farBehind else {
            throw ClusterError("\(target.name) is \(lag >> 20) MB behind \(primary.name): wait until it has caught up.")
        }
    }

    private func checkNobodyIsAhead(of target: PostgresServer, at lsn: Int) async throws {
        for other in standbys(of: primary) where other != target {
            if let position = await position(other) {
                guard position.lsn <= lsn else {
                    throw ClusterError(
                        "\(other.name) is ahead of \(target.name) by \(position.lsn - lsn) bytes: promote that one.")
                }
            } else if topology.options.isDurable {
                throw ClusterError(
                    "\(other.name) does not answer, and it alone may have a write that was confirmed: resume it first.")
            }
        }
    }
}
