package import Authentication
package import Events
package import HTTPService
package import Redis
package import Settings
import Traces

/// What the gateway reads from its environment or its settings file.
package struct GatewaySettings: Sendable {
    package static let catalogue: [any AnySetting] =
        ServerSettings.catalogue + CommonSettings.redis + CommonSettings.revocations + CommonSettings.token
        + [CommonSettings.jwksURLs, CommonSettings.eventsName]
        + [
            gatewayConfig, authUpstreams, strategiesUpstreams, rateLimitUser, rateLimitAddress, corsOrigins,
            rateLimitGateways, maximumBody, maximumConnections, redisDeadline, accessLogInterval,
            TraceSettings.sampleRatio, migrationsName, migrationsFile,
        ] + GatewayTimeouts.catalogue + UpstreamSettings.catalogue + StreamLimits.catalogue

    /// The file with the routes, the rate limits and the upstreams.
    package static let gatewayConfig = Setting<String>(
        "gateway.config",
        summary: "File with the routes, rate limits and upstreams, such as deploy/gateway/gateway.yaml.")
    /// Instances of Auth.
    package static let authUpstreams = inFile(
        "auth.upstreams", "Instances of Auth as host:port or unix:/path, separated by commas, at most 64.")
    /// Instances of Strategies.
    package static let strategiesUpstreams = inFile(
        "strategies.upstreams", "Instances of Strategies as host:port or unix:/path, separated by commas, at most 64.")
    /// Authenticated requests.
    package static let rateLimitUser = inFile(
        "rate.limit.user", "Requests of one user to one route, instead of 100/s burst 200.")
    /// Anonymous requests.
    package static let rateLimitAddress = inFile(
        "rate.limit.address", "Anonymous requests of one address to one route, instead of 50/s burst 100.")
    /// Origins whose pages may use the API.
    package static let corsOrigins = Setting<[String]>(
        "cors.origins", default: [],
        summary: "Origins whose pages may call the API, such as https://desk.example, separated by commas.",
        isAllowed: { $0.allSatisfy(isOrigin) })
    /// Processes among which limits are shared.
    package static let rateLimitGateways = Setting<Int>(
        "rate.limit.gateways", default: 8,
        summary:
            "The most gateways that may hold a share of a limit's burst in advance; further ones ask Redis each time.",
        isAllowed: { (1...1000).contains($0) })
    /// The largest request body, in bytes.
    package static let maximumBody = Setting<Int>(
        "max.body.bytes", default: 10 * 1024 * 1024, unit: "bytes",
        summary: "Largest request body, larger ones get 413.",
        isAllowed: { (0...(1 << 40)).contains($0) })
    /// Client connections at once.
    package static let maximumConnections = Setting<Int>(
        "max.connections", default: 10_000, summary: "Client connections at once, further ones get 503.",
        isAllowed: { $0 > 0 })
    /// How long Redis may take, in milliseconds.
    package static let redisDeadline = Setting<Int>(
        "redis.deadline.ms", default: 50, unit: "ms",
        summary:
            "How long the gateway waits for Redis to count a request; then the policy's when_redis_is_away decides.",
        isAllowed: { (1...10_000).contains($0) })
    /// Under which name stages of routes are kept.
    package static let migrationsName = Setting<String>(
        "migrations.name", default: "migrations",
        summary: "Name of the keys in Redis of the stages of routes that move; clusters that share a Redis have "
            + "different ones.",
        isAllowed: { !$0.isEmpty && !$0.contains("{") && !$0.contains("}") })
    /// Where they are kept besides.
    package static let migrationsFile = Setting<String>(
        "migrations.file", default: "",
        summary: "File in which the gateway keeps the last stages of routes that move, for a start without Redis; "
            + "empty for none.")
    /// Requests that are logged.
    package static let accessLogInterval = Setting<Int>(
        "access.log.every", default: 0,
        summary: "Log one request in so many; 0 for none, unless LOG_LEVEL is debug.", isAllowed: { $0 >= 0 })

    package let server: ServerSettings
    package let redis: RedisConfiguration
    package let authAdminURLs: [String]
    /// Tells clusters that share a Redis apart.
    package let clusterName: String
    package let revocationKeys: RevocationKeys
    package let jwksURLs: [String]
    package let tokenIssuer: String
    package let tokenAudience: String
    /// Read again whenever the gateway is told to.
    package let configurationFile: ConfigurationFile
    package let origins: [String]
    package let maximumGateways: Int
    package var limits = RequestLimits()
    package let maximumConnectionCount: Int
    package let accessLogEvery: Int
    /// Of the requests, from 0 to 1.
    package let sampleRatio: Double
    package let timeouts: GatewayTimeouts
    /// Of the keys in Redis that hold stages of routes.
    package let migrationsName: String
    /// `nil` for none.
    package let migrationCopy: MigrationCopy?
    package let upstream: UpstreamSettings
    package let events: EventStream
    package let stream: StreamLimits

    /// - Throws: `SettingsError` naming the key that is missing or wrong.
    package init(reader: SettingsReader) throws {
        server = try ServerSettings(reader: reader)
        redis = try RedisConfiguration(
            url: try reader.value(CommonSettings.redisURL), password: try reader.value(CommonSettings.redisPassword),
            sentinels: try reader.value(CommonSettings.redisSentinels),
            masterName: try reader.value(CommonSettings.redisMasterName),
            commandDeadline: .milliseconds(try reader.value(Self.redisDeadline)))
        authAdminURLs = try reader.value(CommonSettings.authAdminURLs)
        clusterName = try reader.value(CommonSettings.revocationsName)
        revocationKeys = RevocationKeys(name: clusterName)
        jwksURLs = try reader.value(CommonSettings.jwksURLs)
        tokenIssuer = try reader.value(CommonSettings.tokenIssuer)
        tokenAudience = try reader.value(CommonSettings.tokenAudience)
        configurationFile = ConfigurationFile(
            path: try reader.value(Self.gatewayConfig), variables: ConfigurationVariables(reader))
        origins = try reader.value(Self.corsOrigins)
        maximumGateways = try reader.value(Self.rateLimitGateways)
        limits.body = try reader.value(Self.maximumBody)
        maximumConnectionCount = try reader.value(Self.maximumConnections)
        accessLogEvery = try reader.value(Self.accessLogInterval)
        sampleRatio = try reader.value(TraceSettings.sampleRatio)
        migrationsName = try reader.value(Self.migrationsName)
        let migrationsFile = try reader.value(Self.migrationsFile)
        migrationCopy = migrationsFile.isEmpty ? nil : MigrationCopy(path: migrationsFile)
        timeouts = try GatewayTimeouts(reader: reader)
        upstream = try UpstreamSettings(reader: reader)
        events = EventStream(name: try reader.value(CommonSettings.eventsName))
        stream = try StreamLimits(reader: reader)
    }

    /// A setting that the configuration file names, and that is checked with it.
    private static func inFile(_ key: String, _ summary: String) -> Setting<String> {
        Setting<String>(key, default: "", summary: "Where the file of GATEWAY_CONFIG names it: \(summary)")
    }

    /// `scheme://host[:port]`, as browsers send it (RFC 6454 §6.1).
    private static func isOrigin(_ text: String) -> Bool {
        let rest = text.hasPrefix("https://") ? text.dropFirst(8) : text.hasPrefix("http://") ? text.dropFirst(7) : ""
        return !rest.isEmpty && rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
    }
}
