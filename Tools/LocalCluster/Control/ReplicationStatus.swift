/// What a PostgreSQL server is in its cluster at the moment.
package struct ReplicationStatus: Hashable, Sendable {
    package enum Role: String, Codable, Sendable {
        case primary, standby
        /// A former primary that does not follow the new one yet.
        case fenced
    }

    package var role: Role
    /// The promotion that it stands at; `nil` while it follows nobody.
    package var epoch: Int?
    /// How far a standby is behind; `nil` while it follows nobody.
    package var lagMilliseconds: Double?
    package var lagBytes: Int?
    /// A standby that has on disk all that was confirmed, and may take over for that: with `--ha` by Patroni's record.
    package var isSynchronous: Bool?

    package init(
        role: Role, epoch: Int? = nil, lagMilliseconds: Double? = nil, lagBytes: Int? = nil, isSynchronous: Bool? = nil
    ) {
        self.role = role
        self.epoch = epoch
        self.lagMilliseconds = lagMilliseconds
        self.lagBytes = lagBytes
        self.isSynchronous = isSynchronous
    }
}
