/// Decides which server answers a read: a pure function of what is known of the servers.
///
/// Replicas come first, the less busy of two picked at random: with many processes that choose by what they know
/// themselves, picking the least busy of all would send everybody to the same one (Mitzenmacher, "The Power of Two
/// Choices in Randomized Load Balancing", 2001). The primary stands in for them, for so many reads at once.
package struct ReadPlan: Sendable {
    package enum Role: Hashable, Sendable {
        /// The legitimate primary, and it answers.
        case primary
        case replica
        /// It does not answer, or is neither: a primary that was replaced, for one.
        case none
    }

    package struct Server: Hashable, Sendable {
        package var role: Role
        /// The newest epoch that the server has a row of.
        package var epoch: Int
        /// How far it may be behind the primary; `nil` when nothing proves a bound.
        package var staleness: Duration?
        /// Statements of this process that it has not answered.
        package var inFlight: Int
        /// It has a connection.
        package var isReady: Bool

        package init(role: Role, epoch: Int, staleness: Duration? = nil, inFlight: Int = 0, isReady: Bool = true) {
            self.role = role
            self.epoch = epoch
            self.staleness = staleness
            self.inFlight = inFlight
            self.isReady = isReady
        }
    }

    package enum Choice: Hashable, Sendable {
        case replica(Int)
        case primary(Int)
        /// The primary instead of a replica: one of the reads that are counted.
        case primaryForReplica(Int)
        /// Nobody can answer now.
        case wait
        /// The reader has seen an epoch of which no server here knows yet.
        case waitForEpoch
        /// Not to be asked again, with the code that says why.
        case refuse(PostgresError.Code)
    }

    package var servers: [Server]
    /// The highest epoch that was ever seen.
    package var epoch: Int
    package var maximumStaleness: Duration
    /// How many more reads the primary may answer for want of a replica.
    package var primaryReadsLeft: Int

    package init(servers: [Server], epoch: Int, maximumStaleness: Duration, primaryReadsLeft: Int) {
        self.servers = servers
        self.epoch = epoch
        self.maximumStaleness = maximumStaleness
        self.primaryReadsLeft = primaryReadsLeft
    }

    /// - Parameters:
    ///   - tried: servers that have been asked and whose answer could not be used.
    ///   - sawOlder: one of them answered with less than the minimum.
    ///   - random: uniform over all its values.
    package func choose(
        _ requirement: ReadRequirement, tried: Set<Int> = [], sawOlder: Bool = false, random: UInt64
    ) -> Choice {
        if !requirement.isStrong {
            let eligible = servers.indices.filter { mayAnswer($0, requirement) && !tried.contains($0) }
            if let replica = lessBusy(of: eligible, random: random) { return .replica(replica) }
        }
        guard let primary = servers.firstIndex(where: { $0.role == .primary }), !tried.contains(primary) else {
            return .wait
        }
        if let minimum = requirement.minimum, minimum.epoch > servers[primary].epoch { return .waitForEpoch }
        // Where there is no other server, there is none to wait for either.
        if requirement.isStrong || servers.count == 1 { return .primary(primary) }
        guard primaryReadsLeft > 0 else { return .refuse(sawOlder ? .behind : .unavailable) }
        return .primaryForReplica(primary)
    }

    /// A replica in rotation that may have what the reader has seen.
    private func mayAnswer(_ index: Int, _ requirement: ReadRequirement) -> Bool {
        let server = servers[index]
        guard isInRotation(server), server.isReady else { return false }
        return requirement.minimum.map { $0.epoch <= server.epoch } ?? true
    }

    /// A replica that answers reads at all.
    package func isInRotation(_ server: Server) -> Bool {
        guard server.role == .replica, server.epoch >= epoch, let staleness = server.staleness else { return false }
        return staleness <= maximumStaleness
    }

    private func lessBusy(of indices: [Int], random: UInt64) -> Int? {
        guard indices.count > 1 else { return indices.first }
        let first = Int(random % UInt64(indices.count))
        let step = Int((random >> 32) % UInt64(indices.count - 1)) + 1
        let (one, other) = (indices[first], indices[(first + step) % indices.count])
        return servers[other].inFlight < servers[one].inFlight ? other : one
    }
}
