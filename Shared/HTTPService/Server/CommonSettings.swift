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
    /// The database.
    package static let postgresURL = Setting<String>(
        "postgres.url",
        summary: "PostgreSQL as a libpq URI, such as postgresql://user@host:5432/cryptodesk?sslmode=require.")
    /// The role's password.
    package static let postgresPassword = Setting<String>(
        "postgres.password", default: "", isSecret: true,
        summary: "Password of the PostgreSQL role, where it asks for one.")
    /// Connections an instance may hold.
    package static let postgresConnections = Setting<Int>(
        "postgres.connections", default: 4, summary: "Connections to PostgreSQL that an instance holds, 1 to 20.",
        isAllowed: { (1...20).contains($0) })
    /// The server's own limit for one statement, in milliseconds.
    package static let postgresStatementTimeout = Setting<Int>(
        "postgres.statement.timeout.ms", default: 5000, unit: "ms",
        summary: "After this time PostgreSQL gives a statement up.", isAllowed: { (1...600_000).contains($0) })
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
    package static let postgres: [any AnySetting] = [
        postgresURL, postgresPassword, postgresConnections, postgresStatementTimeout,
    ]
    package static let token: [any AnySetting] = [tokenIssuer, tokenAudience]
}
