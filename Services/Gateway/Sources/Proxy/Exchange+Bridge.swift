import Authentication

// Which token each side of a migration gets.
extension Exchange {
    /// What stands for the credentials that came, on the way to a side; nil where they go up as they are.
    func accessToken(on side: MigrationSide?) -> String? {
        switch (bridged, side) {
        case (.ours(let account), .legacy):
            guard let bridge = route?.migration?.bridge, let now = policy.tokens.legacy?.now() else { return nil }
            return bridge.token(for: account, now: now)
        case (.legacy(_, .known(let text, _)), .candidate): return text
        default: return apiKey?.grant.text
        }
    }

    /// Whether the caller's own session stays here: the monolith gets a token of the bridge's in its place.
    func keepsSession(from side: MigrationSide?) -> Bool {
        if case (.ours, .legacy) = (bridged, side) { true } else { false }
    }
}
