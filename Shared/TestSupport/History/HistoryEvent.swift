/// Something that one client did, and what came of it.
///
/// Clients of one user add marks to one set of that user's, each mark once and never again, and read the whole set. So
/// what a client has seen can only become more, and what is missing is missing for a reason that can be named.
package struct HistoryEvent: Hashable, Sendable {
    package typealias Mark = String

    package enum Outcome: Hashable, Sendable {
        /// The mark was added, as the answer said.
        case wrote(Mark)
        /// The set, as an answer showed it.
        case saw(Set<Mark>)
        /// The client was told that changes are lost.
        case toldOfLoss
    }

    package let client: Int
    package let outcome: Outcome
    /// By one clock for all clients.
    package let began: Duration
    package let ended: Duration

    package init(client: Int, outcome: Outcome, began: Duration, ended: Duration) {
        self.client = client
        self.outcome = outcome
        self.began = began
        self.ended = ended
    }
}

/// One of the clients of a history.
package struct HistoryClient: Hashable, Sendable {
    package let id: Int
    package let user: Int
    /// It gives back the token of each answer; without that it is promised no more than a bound of staleness.
    package let keepsToken: Bool

    package init(id: Int, user: Int, keepsToken: Bool) {
        self.id = id
        self.user = user
        self.keepsToken = keepsToken
    }
}
