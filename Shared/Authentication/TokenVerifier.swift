package import Logging
import NIOCore
import Redis
import ServiceLifecycle
import Synchronization

/// Verifies access tokens against the published keys and remembers those that it verified.
package final class TokenVerifier: Service, Sendable {
    private let configuration: TokenVerifierConfiguration
    private let validator: AccessTokenValidator
    private let cache: TokenCache
    private let keys: Mutex<JSONWebKeySet>
    /// Nil when the keys were given and are not fetched.
    private let source: KeySetSource?
    private let logger: Logger

    /// A verifier that fetches its keys from `jwksURLs`.
    package convenience init(configuration: TokenVerifierConfiguration, logger: Logger) {
        let fetcher = KeySetFetcher(
            urls: configuration.jwksURLs, timeout: configuration.fetchTimeout, logger: logger)
        self.init(configuration: configuration, logger: logger) { () async throws(AuthenticationError) in
            try await fetcher.fetch()
        }
    }

    /// A verifier that gets its keys by `fetch`, for tests.
    package init(
        configuration: TokenVerifierConfiguration, logger: Logger,
        fetch: @escaping @Sendable () async throws(AuthenticationError) -> JSONWebKeySet
    ) {
        self.configuration = configuration
        self.validator = AccessTokenValidator(issuer: configuration.issuer, audience: configuration.audience)
        self.cache = TokenCache(capacity: configuration.cacheCapacity)
        self.keys = Mutex(JSONWebKeySet(keys: []))
        self.source = KeySetSource(minimumInterval: configuration.minimumFetchInterval, fetch: fetch)
        self.logger = logger
    }

    /// A verifier of the given keys, for the service that signs with them.
    package init(keys: JSONWebKeySet, configuration: TokenVerifierConfiguration, logger: Logger) {
        self.configuration = configuration
        self.validator = AccessTokenValidator(issuer: configuration.issuer, audience: configuration.audience)
        self.cache = TokenCache(capacity: configuration.cacheCapacity)
        self.keys = Mutex(keys)
        self.source = nil
        self.logger = logger
    }

    /// Whether there are keys to verify with.
    package var isReady: Bool { !currentKeys.isEmpty }

    /// Seconds since 1970, by which tokens expire.
    var now: @Sendable () -> Int { configuration.now }

    private var currentKeys: JSONWebKeySet { keys.withLock { $0 } }

    /// A token that was verified before and has not expired; never waits.
    package func cached(_ token: String) -> AccessToken? {
        cache.token(for: token, now: configuration.now())
    }

    /// Verifies with the keys at hand, without waiting; nil when the token's key is not among them.
    ///
    /// - Throws: `AuthenticationError.invalid`.
    package func verifyWithKnownKeys(_ token: String) throws(AuthenticationError) -> AccessToken? {
        let now = configuration.now()
        if let known = cache.token(for: token, now: now) { return known }
        guard case .valid(let claims) = try validator.validate(token, keys: currentKeys, now: now) else { return nil }
        cache.store(claims, for: token)
        return claims
    }

    /// Verifies a token, and looks for its key where keys are published when it is unknown.
    package func verify(_ token: String) async throws(AuthenticationError) -> AccessToken {
        if let claims = try verifyWithKnownKeys(token) { return claims }
        guard let source else { throw .invalid(reason: "unknown kid") }
        adopt(try await source.recent())
        guard let claims = try verifyWithKnownKeys(token) else { throw .invalid(reason: "unknown kid") }
        return claims
    }

    /// Fetches the keys, soon again when that failed, until the service shuts down.
    package func run() async throws {
        guard let source else {
            try? await gracefulShutdown()
            return
        }
        let backoff = ReconnectBackoff()
        try? await cancelWhenGracefulShutdown {
            var failures = 0
            while true {
                do throws(AuthenticationError) {
                    self.adopt(try await source.refresh())
                    failures = 0
                    try? await Task.sleep(for: self.configuration.refreshInterval * Double.random(in: 0.9..<1.1))
                } catch {
                    failures += 1
                    let delay = backoff.delay(afterFailures: failures, random: .random(in: 0..<1))
                    try? await Task.sleep(for: .nanoseconds(delay.nanoseconds) + .milliseconds(20))
                }
                try Task.checkCancellation()
            }
        }
    }

    /// Verifies with these keys from now on. A key that is no longer published takes the tokens that it signed with it.
    package func adopt(_ published: JSONWebKeySet) {
        let removed = keys.withLock { current in
            defer { current = published }
            return current.keyIDs.subtracting(published.keyIDs)
        }
        guard !removed.isEmpty else { return }
        cache.removeAll()
        logger.notice("signing keys were withdrawn", metadata: ["kids": "\(removed.sorted())"])
    }
}
