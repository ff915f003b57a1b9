import Postgres

/// How the two stores of a migration stand to each other.
package struct CaptureStatus: Encodable, Sendable {
    package struct Side: Encodable, Sendable {
        /// Whom this store lets write.
        package let owner: WriteOwnership.Store
        package let epoch: Int
        /// Changes of this store that the other one does not have yet.
        package let pending: Int
        /// In seconds; nil without any.
        package let oldest: Int?

        init(_ ownership: WriteOwnership, pending: PostgresRows) {
            owner = ownership.owner
            epoch = ownership.epoch
            self.pending = pending.integer(0, 0) ?? 0
            oldest = pending.integer(0, 1)
        }
    }

    package let legacy: Side
    package let candidate: Side

    /// As a person reads it.
    package var lines: [String] {
        [("monolith", legacy), ("strategies", candidate)].map { name, side in
            "\(name): writes belong to \(side.owner.rawValue) in epoch \(side.epoch); \(side.pending) changes wait"
                + (side.oldest.map { ", the oldest for \($0) s" } ?? "")
        }
    }
}
