package import Settings

/// The settings that more than one process reads, each declared once.
package enum CommonSettings {
    /// The Redis that holds limits and revocations.
    package static let redisURL = Setting<String>(
        "redis.url", default: "redis://127.0.0.1:6379/0",
        summary: "Redis (state): redis://host:port/db, rediss:// for TLS, or unix:///path.")
    /// Its password.
    package static let redisPassword = Setting<String>(
        "redis.password", default: "", isSecret: true, summary: "Password of the Redis, where it asks for one.")
    /// Claim `iss`.
    package static let tokenIssuer = Setting<String>(
        "token.issuer", default: "cryptodesk", summary: "Claim iss that an access token must carry.")
    /// Claim `aud`.
    package static let tokenAudience = Setting<String>(
        "token.audience", default: "cryptodesk-api", summary: "Claim aud that an access token must carry.")
    /// Where the public keys are.
    package static let jwksURLs = Setting<[String]>(
        "jwks.urls", summary: "Addresses of the JSON Web Key Set, asked in turn, separated by commas.",
        isAllowed: { !$0.isEmpty })

    package static let redis: [any AnySetting] = [redisURL, redisPassword]
    package static let token: [any AnySetting] = [tokenIssuer, tokenAudience]
}
