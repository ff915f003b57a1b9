/// How a process watches its servers and spreads its reads over them.
package struct ReadRoutingOptions: Hashable, Sendable {
    /// A replica that may lag further behind the primary answers no reads.
    package var maximumStaleness: Duration
    /// Reads that the primary answers at once for want of a replica; further ones are refused.
    package var primaryReads: Int
    /// How long a replica may take for a read; then another server is asked.
    package var replicaDeadline = Duration.milliseconds(300)
    /// The time between two questions to a server about its state.
    package var probeInterval = Duration.milliseconds(250)
    /// The same while no primary is known, or one has just been lost.
    package var urgentProbeInterval = Duration.milliseconds(100)
    /// How long a server may take to answer one.
    package var probeDeadline = Duration.milliseconds(400)
    /// The primary's heartbeat is raised by whoever finds that it is older.
    package var beatInterval = Duration.milliseconds(200)
    /// How long a read waits for a server of an epoch that its reader has seen and this process has not.
    package var epochPatience = Duration.seconds(1)

    package init(maximumStaleness: Duration = .seconds(1), primaryReads: Int = 128) {
        self.maximumStaleness = maximumStaleness
        self.primaryReads = primaryReads
    }
}
