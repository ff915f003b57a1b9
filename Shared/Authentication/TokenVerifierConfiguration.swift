import FoundationEssentials

/// Whose tokens a process accepts, and where the keys are published.
package struct TokenVerifierConfiguration: Sendable {
    /// Tried in turn, beginning with a random one; each must name the same key set.
    package var jwksURLs: [String]
    package var issuer: String
    package var audience: String
    /// Verified tokens that are remembered; each takes about 1 KB.
    package var cacheCapacity: Int
    /// How often the key set is fetched without a reason.
    package var refreshInterval = Duration.seconds(60)
    /// How long after a fetch an unknown `kid` is refused without another fetch.
    package var minimumFetchInterval = Duration.seconds(5)
    /// How long one URL may take to answer, connecting included.
    package var fetchTimeout = Duration.seconds(2)
    /// Seconds since 1970.
    package var now: @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }

    package init(jwksURLs: [String] = [], issuer: String, audience: String, cacheCapacity: Int = 10_000) {
        self.jwksURLs = jwksURLs
        self.issuer = issuer
        self.audience = audience
        self.cacheCapacity = cacheCapacity
    }
}
