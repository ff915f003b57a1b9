import JSON

/// Which account of ours a user of the application that is migrated from has, and the other way round, as Auth says; kept for a
/// while, and asked for once at a time.
package final class LegacyIdentities: Sendable {
    /// What a user who signed in there is here.
    package enum Standing: Sendable, Hashable {
        /// The token that stands for the user here, as services take it, and what it says.
        case known(text: String, token: AccessToken)
        /// Nobody who has been brought over.
        case unknown
        /// The account was disabled or deleted here, or asks for a second factor, which that application does not know.
        case ended
    }

    /// What a user of ours is there.
    package enum Counterpart: Sendable, Hashable {
        case account(LegacyAccount)
        case none
    }

    package typealias FindStanding = @Sendable (String) async throws(AuthenticationError) -> Standing
    package typealias FindCounterpart = @Sendable (Int) async throws(AuthenticationError) -> Counterpart

    private let standings: SharedLookups<String, Standing>
    private let counterparts: SharedLookups<Int, Counterpart>
    /// Seconds since 1970.
    package let now: @Sendable () -> Int

    /// A token is used until so many seconds before it expires, as services' clocks may be ahead.
    private static let margin = 10
    /// How long somebody counts as unknown, in seconds: an import may bring them over.
    private static let unknownTime = 10
    /// How long a counterpart is kept, in seconds. An import writes it once and for all.
    private static let counterpartTime = 300

    package init(
        now: @escaping @Sendable () -> Int, standing: @escaping FindStanding, counterpart: @escaping FindCounterpart
    ) {
        self.now = now
        standings = SharedLookups(now: now) { subject throws(AuthenticationError) in
            let standing = try await standing(subject)
            if case .known(_, let token) = standing { return (standing, token.expiresAt - Self.margin) }
            return (standing, now() + Self.unknownTime)
        }
        counterparts = SharedLookups(now: now) { userID throws(AuthenticationError) in
            (try await counterpart(userID), now() + Self.counterpartTime)
        }
    }

    /// Asks Auth, and checks its tokens as any others are.
    package convenience init(_ auth: AuthPort, verifier: TokenVerifier) {
        let inquiry = LegacyInquiry(auth, verifier: verifier)
        self.init(
            now: verifier.now,
            standing: { subject throws(AuthenticationError) in try await inquiry.standing(of: subject) },
            counterpart: { userID throws(AuthenticationError) in try await inquiry.counterpart(of: userID) })
    }

    /// - Parameter subject: of a token that was verified.
    package func cachedStanding(of subject: String) -> Standing? { standings.cached(subject) }

    /// - Throws: `AuthenticationError.unavailable`.
    package func standing(of subject: String) async throws(AuthenticationError) -> Standing {
        try await standings.value(for: subject)
    }

    /// Drops a token that turned out to be refused: Auth is asked for another one.
    package func forget(_ standing: Standing, of subject: String) { standings.forget(standing, of: subject) }

    package func cachedCounterpart(of userID: Int) -> Counterpart? { counterparts.cached(userID) }

    /// - Throws: `AuthenticationError.unavailable`.
    package func counterpart(of userID: Int) async throws(AuthenticationError) -> Counterpart {
        try await counterparts.value(for: userID)
    }
}
