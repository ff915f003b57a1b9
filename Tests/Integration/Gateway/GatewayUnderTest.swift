import APIContract
import Authentication
import Dispatch
import Foundation
import Gateway
import HTTPService
import Logging
import NIOCore
import NIOPosix
import PrometheusMetrics
import Synchronization
import TestSupport
import Testing

/// A gateway on a port of its own, in front of upstreams of the test's, with a guard that does as the test says.
struct GatewayUnderTest: Sendable {
    struct Options: Sendable {
        var timeouts = GatewayTimeouts()
        var limits = RequestLimits()
        var upstream = UpstreamOptions()
        var maximumConnections = 1000
        var eventLoops = 1
        var isHealthChecked = false
        var verdict: @Sendable (Int) -> RevocationVerdict = { _ in .valid }
        /// What an unproven verdict becomes when it is waited for.
        var settled: RevocationVerdict = .unproven
        var limit = "100000/s"
        var limiterFails = false
        var accessLogInterval = 0
        /// Of the gateway; silent unless a test listens.
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        /// Another configuration file than the one that a deployment starts from.
        var configurationPath: String?
        var stream = StreamLimits()
        /// Stands in for the event streams' own sessions.
        var makeSession: (@Sendable () -> any WebSocketSession)?
        /// What Redis tells of what a client has missed.
        var catchUp: StreamEndpoint.CatchUp = { _, _, eventLoop in eventLoop.makeSucceededFuture(nil) }
        var renewal: SessionRenewal?
        /// Who users of a monolith are here.
        var legacy: LegacyIdentities?
        var tracing: TraceSampling?
        /// When every token expires, in seconds since 1970.
        var expiresAt = Int.max
    }

    let port: Int
    let drain: DrainState
    /// What `/metrics` would tell.
    let families: @Sendable () async -> [MetricFamily]
    /// Reads the configuration file again.
    let live: LiveConfiguration
    /// Puts stages of routes that move in force.
    let adopt: @Sendable (MigrationStages) async -> Void
    let writes: WritesInFlight
    let evidence: MigrationEvidence
    let stream: StreamEndpoint
    private let upstreams: [UpstreamGroup]
    private let eventLoop: any EventLoop

    func upstream(_ name: UpstreamName) throws -> UpstreamGroup {
        try #require(upstreams.first { $0.name == name })
    }

    /// Lets the gateway, which has one event loop, do nothing while `body` makes things happen that it shall see at once.
    func asleep(_ body: () async throws -> Void) async throws {
        let (asleep, awake) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        eventLoop.execute {
            asleep.signal()
            awake.wait()
        }
        defer { awake.signal() }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                asleep.wait()
                continuation.resume()
            }
        }
        try await body()
    }

    /// `Authorization: Bearer` with this token is user 1.
    static let token = "token-1"

    /// A request of user 1.
    static func request(
        _ method: String = "GET", _ path: String = "/api/v1/strategies", behave: String = "", more: [String] = [],
        body: String? = nil
    ) -> String {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: desk.example", "Authorization: Bearer \(token)"] + more
        if !behave.isEmpty { lines.append("X-Behave: \(behave)") }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }

    func client() async throws -> RawClient { try await RawClient(port: port) }

    /// One request on a connection of its own.
    func ask(_ request: String) async throws -> RawAnswer {
        let client = try await client()
        try await client.send(request)
        let answer = try await client.receiveAnswer()
        await client.close()
        return answer
    }

    /// Runs a gateway, by default in front of one upstream, for as long as `body` takes.
    static func run(
        _ options: Options = Options(), upstreams ports: [Int], body: @Sendable (GatewayUnderTest) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: options.eventLoops)
        let drain = DrainState()
        let file = configurationFile(options, upstreams: ports)
        let configuration = try file.read()
        let upstreams = configuration.upstreams.map { UpstreamGroup($0, options: options.upstream) }
        if !options.isHealthChecked {
            for upstream in upstreams { for member in upstream.members { _ = upstream.checked(member, .passed) } }
        }
        let health = GatewayHealth(
            upstreams: upstreams, drain: drain, redisIsReady: { true }, revocationsAreReady: { true })
        let stream = StreamEndpoint(
            limits: options.stream, hub: EventHub(), catchUp: options.catchUp, makeSession: options.makeSession)
        let listening = Port()
        let evidence = MigrationEvidence()
        let shadow = ShadowRunner(upstreams: upstreams, evidence: evidence)
        let migration = MigrationParts(evidence: evidence, shadow: shadow)
        let server = GatewayServer(
            addresses: [ListenAddress(host: "127.0.0.1", port: 0)], policy: try policy(options, configuration),
            upstreams: upstreams, stream: stream, health: health, drain: drain, migration: migration,
            eventLoopGroup: group, tracing: options.tracing, logger: options.logger,
            onListening: { listening.set($0) })
        let live = LiveConfiguration(
            file: file, current: configuration, logger: silentLogger
        ) { await server.adopt($0) }
        let checker = HealthChecker(
            upstreams: upstreams, health: health, interval: .milliseconds(100), timeout: .milliseconds(400),
            eventLoopGroup: group, logger: silentLogger)
        let test: @Sendable () async throws -> Void = {
            _ = try await eventually { listening.value != 0 }
            try await body(
                GatewayUnderTest(
                    port: listening.value, drain: drain, families: server.families, live: live,
                    adopt: { await server.adopt($0) }, writes: migration.writes, evidence: evidence, stream: stream,
                    upstreams: upstreams,
                    eventLoop: group.any()))
        }
        if options.isHealthChecked {
            try await withRunning(checker, shadow, server, body: test)
        } else {
            try await withRunning(shadow, server, body: test)
        }
        try await group.shutdownGracefully()
    }

    static var silentLogger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    private final class Port: Sendable {
        private let port = Mutex(0)
        var value: Int { port.withLock { $0 } }
        func set(_ value: Int) { port.withLock { $0 = value } }
    }

    /// The file that a deployment starts from.
    static var shippedConfigurationPath: String {
        var folder = URL(filePath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.appending(path: "deploy/gateway/gateway.yaml").path
    }

    /// With the test's limit and upstreams.
    private static func configurationFile(_ options: Options, upstreams ports: [Int]) -> ConfigurationFile {
        let instances = ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
        return ConfigurationFile(
            path: options.configurationPath ?? shippedConfigurationPath,
            variables: ConfigurationVariables([
                "AUTH_UPSTREAMS": instances, "STRATEGIES_UPSTREAMS": instances, "RATE_LIMIT_USER": options.limit,
                "RATE_LIMIT_ADDRESS": options.limit, "MONOLITH_TOKEN_KEY": HS256Token.key,
                "MONOLITH_BRIDGE_KEY": HS256Token.bridgeKey,
            ]))
    }

    static func policy(_ options: Options) throws -> GatewayPolicy {
        try policy(options, configurationFile(options, upstreams: [1]).read())
    }

    private static func policy(_ options: Options, _ configuration: GatewayConfiguration) throws -> GatewayPolicy {
        let limiter = LocalRateLimiter()
        let (verdict, settled, limiterFails) = (options.verdict, options.settled, options.limiterFails)
        let guards = RequestGuard(
            revocations: .init(
                verdict: { verdict($0.userID) },
                settledVerdict: { _, eventLoop in
                    eventLoop.scheduleTask(in: .milliseconds(5)) { settled }.futureResult
                }),
            limiter: { questions, eventLoop in
                limiterFails
                    ? .later(eventLoop.makeFailedFuture(LimiterIsAway()))
                    : .now(limiter.ask(questions, now: Int(NIODeadline.now().uptimeNanoseconds / 1000)))
            })
        return GatewayPolicy(
            configuration: configuration, limits: options.limits, origins: ["https://desk.example"],
            proxies: try TrustedProxies("10.0.0.0/8"), tokens: tokens(options), guards: guards,
            timeouts: options.timeouts,
            maximumConnections: options.maximumConnections, accessLogInterval: options.accessLogInterval,
            renewal: options.renewal)
    }

    private struct LimiterIsAway: Error {}

    /// `token-N` is user N and known; `fresh-N` has to be verified first; `away` cannot be.
    private static func tokens(_ options: Options) -> AccessTokenSource {
        let expiresAt = options.expiresAt
        return AccessTokenSource(
            cached: { $0.hasPrefix("token-") ? accessToken($0.dropFirst(6), expiresAt) : nil },
            verify: { text in
                if text == "away" { throw AuthenticationError.unavailable(reason: "no keys") }
                guard text.hasPrefix("fresh-"), let token = accessToken(text.dropFirst(6), expiresAt) else {
                    throw AuthenticationError.invalid(reason: "not ours")
                }
                return token
            }, legacy: options.legacy)
    }

    private static func accessToken(_ user: Substring, _ expiresAt: Int) -> AccessToken? {
        Int(user).map {
            AccessToken(
                userID: $0, tokenID: "jti-\($0)", sessionID: "sid-\($0)", epoch: 0, role: .user, issuedAt: 0,
                expiresAt: expiresAt)
        }
    }
}
