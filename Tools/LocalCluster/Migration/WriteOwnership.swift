import Postgres

/// Which store takes writes, and since which epoch, as one of the two knows it.
package struct WriteOwnership: Hashable, Sendable {
    package enum Store: String, Encodable, Sendable {
        /// What is migrated from.
        case legacy
        /// Ours.
        case candidate

        var other: Store { self == .legacy ? .candidate : .legacy }
    }

    package let owner: Store
    package let epoch: Int

    init(owner: Store, epoch: Int) {
        self.owner = owner
        self.epoch = epoch
    }

    /// `nil` where no migration has been prepared.
    init?(_ rows: PostgresRows) {
        guard let owner = rows.text(0, 0).flatMap(Store.init(rawValue:)), let epoch = rows.integer(0, 1) else {
            return nil
        }
        self.init(owner: owner, epoch: epoch)
    }
}
