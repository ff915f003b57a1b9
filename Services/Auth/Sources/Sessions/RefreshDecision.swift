/// What is known of a refresh token that could not be given a successor.
package struct RefreshTokenState: Sendable {
    package let standing: AccountStanding
    package let sessionID: String
    package let isUnexpired: Bool
    /// Neither ended nor expired, and its account is active.
    package let isSessionAlive: Bool
    package let sealedSuccessor: [UInt8]?
    /// How long ago the successor was used for the first time; nil when it was not.
    package let successorUsedFor: Duration?

    package init(
        standing: AccountStanding, sessionID: String, isUnexpired: Bool, isSessionAlive: Bool,
        sealedSuccessor: [UInt8]?, successorUsedFor: Duration?
    ) {
        self.standing = standing
        self.sessionID = sessionID
        self.isUnexpired = isUnexpired
        self.isSessionAlive = isSessionAlive
        self.sealedSuccessor = sealedSuccessor
        self.successorUsedFor = successorUsedFor
    }
}

/// What becomes of a refresh with such a token.
package enum RefreshDecision: Sendable, Equatable {
    /// The successor once more: the first answer may have been lost, or several asked at once.
    case answerAgain(sealedSuccessor: [UInt8])
    /// Somebody has an old token whose successor is in use: the session ends.
    case endSession
    case refuse
    /// It has no successor and could have one: another try.
    case tryAgain

    /// How long after the first use of the successor its predecessor is still answered.
    package static let grace = Duration.seconds(10)

    package static func make(for state: RefreshTokenState?) -> RefreshDecision {
        guard let state, state.isUnexpired else { return .refuse }
        // Also when the session has ended already: the first attempt to end it may have got only half-way.
        if state.sealedSuccessor != nil, let used = state.successorUsedFor, used > grace { return .endSession }
        guard state.isSessionAlive else { return .refuse }
        return state.sealedSuccessor.map { .answerAgain(sealedSuccessor: $0) } ?? .tryAgain
    }
}
