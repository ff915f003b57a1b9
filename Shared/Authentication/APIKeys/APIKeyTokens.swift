import Synchronization

/// The access tokens that stand for API keys, so that a request with a key costs no more than one with a token.
///
/// Auth is asked once for each key and lifetime of a token, however many requests wait for it, and not again for a while
/// for a key that it does not know. How many keys it is asked for at a time is bounded.
package final class APIKeyTokens: Sendable {
    private typealias Lookup = Task<Result<APIKeyGrant, AuthenticationError>, Never>

    private struct State {
        var grants = RecentValues<String, APIKeyGrant>(capacity: 10_000)
        /// Until when a key is refused without asking, in seconds since 1970.
        var refusals = RecentValues<String, Int>(capacity: 10_000)
        var inFlight: [String: Lookup] = [:]
    }

    private let state = Mutex(State())
    private let exchange: @Sendable (APIKey) async throws(AuthenticationError) -> APIKeyGrant
    /// Seconds since 1970.
    private let now: @Sendable () -> Int

    /// A token is used until so many seconds before it expires, as services' clocks may be ahead.
    private static let margin = 10
    /// How long Auth is not asked again for a key that it does not know, in seconds.
    private static let refusalTime = 10
    private static let maximumInFlight = 32

    /// - Parameter exchange: asks Auth; throws `invalid` for a key that it does not know.
    package init(
        now: @escaping @Sendable () -> Int,
        exchange: @escaping @Sendable (APIKey) async throws(AuthenticationError) -> APIKeyGrant
    ) {
        self.now = now
        self.exchange = exchange
    }

    /// Exchanges keys at Auth, and checks what comes back as any token is.
    package convenience init(_ exchange: APIKeyExchange, verifier: TokenVerifier) {
        self.init(now: verifier.now) { key throws(AuthenticationError) in
            let text = try await exchange.token(for: key)
            let token: AccessToken
            do {
                token = try await verifier.verify(text)
            } catch {
                // Not the caller's fault, whatever is wrong with it.
                throw .unavailable(reason: "Auth's token for an API key is not good: \(error)")
            }
            guard token.scopes != nil else { throw .unavailable(reason: "Auth's token for an API key has no scopes") }
            return APIKeyGrant(text: text, token: token)
        }
    }

    /// The token that stands for a key now; never waits.
    package func cached(_ text: String) -> APIKeyGrant? {
        let now = now()
        return state.withLock { Self.usable(&$0, text, now) }
    }

    /// The token that stands for a key.
    ///
    /// - Throws: `AuthenticationError`: there is no such key, or it cannot be found out.
    package func grant(for text: String) async throws(AuthenticationError) -> APIKeyGrant {
        guard let key = APIKey(text) else { throw .invalid(reason: "no API key, by its checksum") }
        let now = now()
        let task = try state.withLock { state throws(AuthenticationError) -> Lookup in
            if let grant = Self.usable(&state, text, now) { return Lookup { .success(grant) } }
            if let until = state.refusals.value(for: text), until > now { throw .invalid(reason: "unknown API key") }
            if let task = state.inFlight[text] { return task }
            guard state.inFlight.count < Self.maximumInFlight else {
                throw .unavailable(reason: "too many API keys are being looked up")
            }
            let task = Lookup { await self.ask(for: key) }
            state.inFlight[text] = task
            return task
        }
        return try await task.value.get()
    }

    /// Drops a token that turned out to be refused: Auth is asked for another one.
    package func forget(_ grant: APIKeyGrant, of text: String) {
        state.withLock { if $0.grants.value(for: text) == grant { $0.grants.remove(text) } }
    }

    private func ask(for key: APIKey) async -> Result<APIKeyGrant, AuthenticationError> {
        let outcome: Result<APIKeyGrant, AuthenticationError>
        do throws(AuthenticationError) {
            outcome = .success(try await exchange(key))
        } catch {
            outcome = .failure(error)
        }
        let now = now()
        state.withLock { state in
            state.inFlight[key.text] = nil
            switch outcome {
            case .success(let grant): state.grants.insert(grant, for: key.text)
            case .failure(.invalid), .failure(.revoked):
                state.refusals.insert(now + Self.refusalTime, for: key.text)
            case .failure(.unavailable): break
            }
        }
        return outcome
    }

    private static func usable(_ state: inout State, _ text: String, _ now: Int) -> APIKeyGrant? {
        guard let grant = state.grants.value(for: text), grant.token.expiresAt - margin > now else { return nil }
        return grant
    }
}
