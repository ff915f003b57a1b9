/// How reads are spread over the servers.
package struct ReadRoutingOptions: Hashable, Sendable {
    /// A replica that may lag further behind the primary answers no reads.
    package var maximumStaleness: Duration
    /// Reads that the primary answers at once for want of a replica; further ones are refused.
    package var primaryReads: Int

    package init(maximumStaleness: Duration = .seconds(1), primaryReads: Int = 128) {
        self.maximumStaleness = maximumStaleness
        self.primaryReads = primaryReads
    }
}
