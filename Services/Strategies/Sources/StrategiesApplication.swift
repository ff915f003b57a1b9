import APIContract
import Authentication
import Consistency
import Events
package import HTTPService
import Hummingbird
package import Logging
package import NIOCore
import Postgres
package import PrometheusMetrics
import Redis
import ServiceDatabase
import Traces

/// The composed service.
package enum StrategiesApplication {
    /// - Parameters:
    ///   - onListening: called with the public port once it accepts connections.
    ///   - onAdminListening: the same for the admin port.
    /// - Throws: a sentence on a setting that cannot work.
    package static func make(
        settings: StrategiesSettings, eventLoopGroup: any EventLoopGroup, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in },
        onAdminListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> ServiceApplication {
        let process = ProcessMetrics(service: "strategies", version: Release.version)
        let traces = TraceExport(
            settings.server.traces, service: "strategies", version: Release.version, eventLoopGroup: eventLoopGroup,
            logger: logger)
        let requests = RequestMetrics()
        let redis = RedisClient(
            configuration: try RedisConfiguration(
                url: settings.redisURL, password: settings.redisPassword, sentinels: settings.redisSentinels,
                masterName: settings.redisMasterName),
            eventLoopGroup: eventLoopGroup, logger: logger)
        let database = try PostgresCluster(
            settings: settings.database, applicationName: "strategies", tracer: traces?.tracer, logger: logger)
        let verifier = TokenVerifier(
            configuration: TokenVerifierConfiguration(
                jwksURLs: settings.jwksURLs, issuer: settings.tokenIssuer, audience: settings.tokenAudience),
            logger: logger)
        let revocations = RevocationWatch(
            redis: redis, keys: settings.revocationKeys, authURLs: settings.authAdminURLs,
            eventLoopGroup: eventLoopGroup, logger: logger)
        let drain = DrainState()
        let health = HealthReport([
            .postgres(database),
            .init("revocations", isUsable: { revocations.isReady }),
            .init("keys", isUsable: { verifier.isReady }),
        ])
        let router = Router<ServiceRequestContext>.service()
        health.addRoute(to: router, drain: drain)
        let consistency = ConsistencyPolicy(
            database, codec: settings.consistency.codec, translate: APIError.strategies)
        let events = OutboxPublisher(
            outbox: EventOutbox(database), redis: redis, stream: settings.events, retained: settings.retainedEvents,
            logger: logger)
        let cache = settings.cache.isOn ? ReadCache(settings.cache, staleness: settings.database.maximumStaleness) : nil
        StrategyRoutes(
            consistency: consistency, events: events,
            administratorReads: AdministratorReads(database, proxies: settings.server.trustedProxies), cache: cache
        ).add(
            to: router.group("\(StrategyRoutes.path)").add(
                middleware: AuthenticationMiddleware(
                    verifier: verifier, revocations: revocations, resource: .strategies)))
        let listener = HTTPListener(
            addresses: settings.server.publicAddresses, router: router, drain: drain, eventLoopGroup: eventLoopGroup,
            logger: logger, metrics: requests, translate: APIError.strategies,
            direct: DirectStrategyReads(
                database, codec: settings.consistency.codec, verifier: verifier, revocations: revocations,
                cache: cache),
            tracer: traces?.tracer
        ) { port in
            drain.beginServing()
            onListening(port)
        }
        return ServiceApplication(
            settings: settings.server, drain: drain, health: health,
            metrics: MetricsReport([
                process.families, requests.families, redis.families, revocations.families, database.families,
                events.families, { ReadCache.families(of: cache) },
            ]),
            traces: traces,
            dependencies: [redis, database, verifier, revocations, events]
                + (cache.map { [CacheInvalidator(cache: $0, redis: redis, stream: settings.events, logger: logger)] }
                    ?? []),
            listener: listener, eventLoopGroup: eventLoopGroup, logger: logger, onAdminListening: onAdminListening)
    }
    /// Everything that `/metrics` of the admin port tells.
    package static let metrics =
        ProcessMetrics.catalogue + SpanQueue.catalogue + RequestMetrics.catalogue + RedisClient.metrics
        + RevocationWatch.metrics
        + PostgresCluster.metrics + OutboxPublisher.metrics + ReadCache.metrics
}
