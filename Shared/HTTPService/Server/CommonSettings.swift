package import Settings

/// The settings that more than one process reads, each declared once.
package enum CommonSettings {
    /// The Redis that holds limits and revocations.
    package static let redisURL = Setting<String>(
        "redis.url", default: "redis://127.0.0.1:6379/0",
        summary: "Redis (state): redis://host:port/db, rediss:// for TLS, or unix:///path.")
    /// Its password.
    package static let redisPassword = Setting<String>(
        "redis.password", default: "", isSecret: true,
        summary: "Password of the Redis and its Sentinels, where they ask for one.")
    /// Who knows the Redis server that takes writes.
    package static let redisSentinels = Setting<[String]>(
        "redis.sentinels", default: [],
        summary: "Sentinels that name the Redis to write to, such as 10.0.0.7:26379,10.0.0.8:26379; the host in "
            + "REDIS_URL is not used then.")
    /// What they call it.
    package static let redisMasterName = Setting<String>(
        "redis.master.name", default: "cryptodesk", summary: "What the Sentinels call the Redis to write to.",
        isAllowed: { !$0.isEmpty })
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

    /// Where Auth can be asked when Redis cannot.
    package static let authAdminURLs = Setting<[String]>(
        "auth.admin.urls", default: [],
        summary: "Private ports of all Auth instances, such as http://10.0.0.7:8250: they tell what is revoked when "
            + "Redis does not.",
        isAllowed: { $0.allSatisfy { $0.hasPrefix("http://") || $0.hasPrefix("https://") } })
    /// Under which name the revocations are kept.
    package static let revocationsName = Setting<String>(
        "revocations.name", default: "revocations",
        summary: "Name of the revocations' keys in Redis; clusters that share a Redis have different ones.",
        isAllowed: { !$0.isEmpty && !$0.contains("{") && !$0.contains("}") })

    /// Under which name the events are kept.
    package static let eventsName = Setting<String>(
        "events.name", default: "events",
        summary: "Name of the events' keys in Redis; clusters that share a Redis have different ones.",
        isAllowed: { !$0.isEmpty && !$0.contains("{") && !$0.contains("}") })

    package static let revocations: [any AnySetting] = [authAdminURLs, revocationsName]
    package static let redis: [any AnySetting] = [redisURL, redisPassword, redisSentinels, redisMasterName]
    package static let token: [any AnySetting] = [tokenIssuer, tokenAudience]
}
