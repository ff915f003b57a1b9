import DequeModule

/// The revocations that a process knows, kept until they have expired and never forgotten before.
package struct RevocationSet: Sendable {
    private struct Epoch {
        var below: Int
        var expiresAt: Int
    }

    // When each expires, in seconds since 1970, by what it names.
    private var tokens: [String: Int] = [:]
    private var sessions: [String: Int] = [:]
    private var userEpochs: [Int: Epoch] = [:]
    private var globalEpoch: Epoch?
    /// In the order of their arrival, which is nearly that of their expiry.
    private var arrivals = Deque<(subject: Revocation.Subject, expiresAt: Int)>()

    package init() {}

    /// How many things are refused.
    package var count: Int { tokens.count + sessions.count + userEpochs.count + (globalEpoch == nil ? 0 : 1) }

    /// Whether the token, its session or its epoch was ended; any one refuses it.
    package func refuses(_ token: AccessToken) -> Bool {
        if let globalEpoch, token.epoch < globalEpoch.below { return true }
        if let epoch = userEpochs[token.userID], token.epoch < epoch.below { return true }
        return sessions[token.sessionID] != nil || tokens[token.tokenID] != nil
    }

    /// What is known already changes nothing.
    package mutating func insert(_ revocation: Revocation) {
        let expiresAt = revocation.expiresAt
        let isNew =
            switch revocation.subject {
            case .token(let id): Self.note(id, until: expiresAt, in: &tokens)
            case .session(let id): Self.note(id, until: expiresAt, in: &sessions)
            case .userEpoch(let userID, let below): Self.raise(&userEpochs[userID], to: below, until: expiresAt)
            case .globalEpoch(let below): Self.raise(&globalEpoch, to: below, until: expiresAt)
            }
        if isNew { arrivals.append((revocation.subject, expiresAt)) }
    }

    /// Drops what has expired, at most `limit` at a time, so that nobody waits for it.
    ///
    /// - Parameter now: seconds since 1970.
    package mutating func removeExpired(now: Int, limit: Int = 512) {
        for _ in 0..<limit {
            guard let first = arrivals.first, first.expiresAt <= now else { return }
            arrivals.removeFirst()
            switch first.subject {
            case .token(let id): Self.drop(id, now, from: &tokens)
            case .session(let id): Self.drop(id, now, from: &sessions)
            case .userEpoch(let userID, _):
                if let epoch = userEpochs[userID], epoch.expiresAt <= now { userEpochs[userID] = nil }
            case .globalEpoch:
                if let epoch = globalEpoch, epoch.expiresAt <= now { globalEpoch = nil }
            }
        }
    }

    private static func note(_ id: String, until expiresAt: Int, in known: inout [String: Int]) -> Bool {
        if let before = known[id], before >= expiresAt { return false }
        known[id] = expiresAt
        return true
    }

    /// An epoch is never lowered.
    private static func raise(_ known: inout Epoch?, to below: Int, until expiresAt: Int) -> Bool {
        guard let before = known else {
            known = Epoch(below: below, expiresAt: expiresAt)
            return true
        }
        let raised = Epoch(below: max(before.below, below), expiresAt: max(before.expiresAt, expiresAt))
        known = raised
        return raised.below > before.below || raised.expiresAt > before.expiresAt
    }

    private static func drop(_ id: String, _ now: Int, from known: inout [String: Int]) {
        if let expiresAt = known[id], expiresAt <= now { known[id] = nil }
    }
}
