package import Postgres

/// Tells a client that is merely ahead of a server from one whose changes are gone.
package enum RevisionLoss {
    /// Whether an answer alone cannot say that nothing was lost: then the bases of the epochs must be asked for.
    ///
    /// The new epoch may have grown past what was lost, so a revision that is higher proves nothing.
    package static func mustAskBases(told: Revision?, answered: Revision) -> Bool {
        guard let told else { return false }
        return told.number > 0 && told.epoch < answered.epoch
    }

    /// Whether a promotion lost what the client had been told of.
    ///
    /// - Parameters:
    ///   - now: of the legitimate primary.
    ///   - lowestBase: the least of the revisions from which the user's writes of newer epochs began; `nil` when
    ///     there are none.
    package static func isLost(told: Revision, now: Revision, lowestBase: Int?) -> Bool {
        if now < told { return true }
        return mustAskBases(told: told, answered: now) && (lowestBase ?? 0) < told.number
    }
}

/// A promotion lost changes that the client had been told of.
package struct ChangesLost: Error, Hashable, Sendable {
    package init() {}
}
