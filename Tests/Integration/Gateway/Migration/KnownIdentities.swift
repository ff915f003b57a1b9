import Authentication
import Synchronization

/// What an Auth says of users of both sides, in a test's hand.
final class KnownIdentities: Sendable {
    struct State {
        /// By the monolith's name for the user, the number of the account here; nil for one that has ended.
        var standings: [String: Int?] = [:]
        /// By the number of the account here.
        var counterparts: [Int: LegacyAccount] = [:]
        var isAway = false
        var questions = 0
        /// How many tokens are refused from now on as revoked.
        var refusals = 0
    }

    let state = Mutex(State())

    init(_ change: (inout State) -> Void = { _ in }) { state.withLock { change(&$0) } }

    var questions: Int { state.withLock { $0.questions } }

    /// On any token.
    func verdict() -> RevocationVerdict {
        state.withLock { state in
            guard state.refusals > 0 else { return .valid }
            state.refusals -= 1
            return .revoked
        }
    }

    var identities: LegacyIdentities {
        LegacyIdentities(
            now: TokenVerifierConfiguration(issuer: "", audience: "").now,
            standing: { subject throws(AuthenticationError) in try self.standing(of: subject) },
            counterpart: { userID throws(AuthenticationError) in
                try self.count()
                return self.state.withLock { $0.counterparts[userID] }.map { .account($0) } ?? .none
            })
    }

    private func count() throws(AuthenticationError) {
        let isAway = state.withLock { state in
            state.questions += 1
            return state.isAway
        }
        if isAway { throw .unavailable(reason: "test") }
    }

    private func standing(of subject: String) throws(AuthenticationError) -> LegacyIdentities.Standing {
        try count()
        guard let known = state.withLock({ $0.standings[subject] }) else { return .unknown }
        guard let userID = known else { return .ended }
        let number = questions
        return .known(
            text: "grant-\(userID)",
            token: AccessToken(
                userID: userID, tokenID: "t\(number)", sessionID: "legacy-1", epoch: 0, role: .user, issuedAt: 0,
                expiresAt: .max, scopes: Set(AccessScope.allCases)))
    }
}
