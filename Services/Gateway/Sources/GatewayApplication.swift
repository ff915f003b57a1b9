import APIContract
import Activity
import Authentication
import Documents
package import HTTPService
package import Logging
package import NIOPosix
package import PrometheusMetrics
import Redis
import ServiceLifecycle
import Traces

/// Composes the gateway from its settings.
package enum GatewayApplication {
    /// - Parameters:
    ///   - settings: with the configuration file that is read here for the first time.
    ///   - onListening: called with the public port once it accepts connections.
    ///   - onAdminListening: the same for the admin port.
    /// - Throws: ``DocumentError`` when something is wrong with the file.
    package static func make(
        settings: GatewaySettings, eventLoopGroup: MultiThreadedEventLoopGroup, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in },
        onAdminListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> ServiceApplication {
        let configuration = try settings.configurationFile.read()
        let process = ProcessMetrics(service: "gateway", version: Release.version)
        let traces = TraceExport(
            settings.server.traces, service: "gateway", version: Release.version, eventLoopGroup: eventLoopGroup,
            logger: logger)
        let drain = DrainState()
        let redis = RedisClient(configuration: settings.redis, eventLoopGroup: eventLoopGroup, logger: logger)
        let verifier = TokenVerifier(
            configuration: TokenVerifierConfiguration(
                jwksURLs: settings.jwksURLs, issuer: settings.tokenIssuer, audience: settings.tokenAudience),
            logger: logger)
        let auth = AuthPort(urls: settings.authAdminURLs, eventLoopGroup: eventLoopGroup, logger: logger)
        let revocations = RevocationWatch(
            redis: redis, keys: settings.revocationKeys, authURLs: settings.authAdminURLs,
            eventLoopGroup: eventLoopGroup, logger: logger)
        let hub = EventHub()
        let events = EventReader(
            redis: redis, stream: settings.events, hub: hub, mayTell: { revocations.isProven }, logger: logger)
        let upstreams = configuration.upstreams.map { UpstreamGroup($0, options: settings.upstream.options) }
        let health = GatewayHealth(
            upstreams: upstreams, drain: drain, redisIsReady: { redis.isReady },
            revocationsAreReady: { revocations.isReady })
        let checker = HealthChecker(
            upstreams: upstreams, health: health, interval: settings.upstream.healthCheckInterval,
            timeout: settings.upstream.healthCheckTimeout, eventLoopGroup: eventLoopGroup, logger: logger)
        let resolver = UpstreamResolver(
            upstreams: upstreams, interval: settings.upstream.nameLookupInterval, logger: logger)
        let slot = LeaseSlot()
        let leases = LeaseCounts()
        let name = Hexadecimal.encode((0..<16).map { _ in UInt8.random(in: .min ... .max) })
        let slotKeeper = LeaseSlot.Keeper(
            slot: slot, redis: redis, process: name,
            gateways: settings.maximumGateways, logger: logger)
        let stream = StreamEndpoint(limits: settings.stream, hub: hub) { events.catchUp(after: $0, userID: $1, on: $2) }
        let refresher = SessionRefresher(upstreams: upstreams, eventLoopGroup: eventLoopGroup)
        let evidence = MigrationEvidence()
        let shadow = ShadowRunner(upstreams: upstreams, evidence: evidence)
        let migration = MigrationParts(evidence: evidence, shadow: shadow)
        let server = GatewayServer(
            addresses: settings.server.publicAddresses,
            policy: policy(
                settings, configuration, redis: redis, slot: slot, leases: leases,
                tokens: AccessTokenSource(
                    verifier, apiKeys: APIKeyTokens(APIKeyExchange(auth), verifier: verifier),
                    legacy: LegacyIdentities(auth, verifier: verifier)),
                revocations: revocations, refresher: refresher),
            upstreams: upstreams, stream: stream, health: health, drain: drain, migration: migration,
            eventLoopGroup: eventLoopGroup,
            tracing: traces.map { TraceSampling(queue: $0.queue, ratio: settings.sampleRatio) }, logger: logger,
            onListening: onListening)
        let reporter = ActivityReporter(
            server: server, reports: GatewayReports(redis: redis, cluster: settings.clusterName), process: name)
        let live = LiveConfiguration(file: settings.configurationFile, current: configuration, logger: logger) {
            await server.adopt($0)
        }
        let store = MigrationStore(redis: redis, name: settings.migrationsName)
        let control = MigrationControl(
            store: store, copy: settings.migrationCopy, configuration: { await live.report.configuration },
            logger: logger
        ) { await server.adopt($0) }
        let evidenceStore = EvidenceStore(redis: redis, name: settings.migrationsName)
        let watch = MigrationWatch(control: control, evidence: evidence, store: evidenceStore, logger: logger)
        let migrations = MigrationEndpoints(
            control, store: store, evidence: evidenceStore, writes: migration.writes)
        let questions = MigrationQuestions(
            migrations, questions: GatewayQuestions(redis: redis, cluster: settings.clusterName), logger: logger)
        return ServiceApplication(
            settings: settings.server, drain: drain,
            health: readiness(verifier: verifier, revocations: revocations, upstreams: upstreams),
            metrics: MetricsReport([
                process.families, server.families, { UpstreamMetrics.families(upstreams.map(\.snapshot)) },
                stream.counters.families, leases.families, redis.families, revocations.families,
                { evidence.families },
            ]),
            traces: traces,
            dependencies: [
                redis, slotKeeper, verifier, auth, revocations, events, resolver, checker, refresher, live,
                reporter, control, shadow, watch, questions,
            ],
            listener: server, eventLoopGroup: eventLoopGroup, logger: logger,
            addAdminRoutes: {
                ConfigurationEndpoints(live).add(to: $0)
                migrations.add(to: $0)
            }, onAdminListening: onAdminListening)
    }

    /// Everything that `/metrics` of the admin port tells.
    package static let metrics =
        ProcessMetrics.catalogue + SpanQueue.catalogue + GatewayMetrics.catalogue + StreamCounters.metrics
        + UpstreamMetrics.catalogue
        + LeaseCounts.catalogue + RedisClient.metrics + RevocationWatch.metrics
        + MigrationEvidence.catalogue

    private static func policy(
        _ settings: GatewaySettings, _ configuration: GatewayConfiguration, redis: RedisClient, slot: LeaseSlot,
        leases: LeaseCounts, tokens: AccessTokenSource, revocations: RevocationWatch, refresher: SessionRefresher
    ) -> GatewayPolicy {
        let limiter = LeaseLimiter(redis: redis, gateways: settings.maximumGateways, slot: slot, counts: leases)
        let guards = RequestGuard(
            revocations: .init(revocations), gateways: settings.maximumGateways,
            limiter: { questions, eventLoop in limiter.ask(questions, on: eventLoop) })
        return GatewayPolicy(
            configuration: configuration, limits: settings.limits, origins: settings.origins,
            proxies: settings.server.trustedProxies, tokens: tokens, guards: guards,
            timeouts: settings.timeouts, maximumConnections: settings.maximumConnectionCount,
            accessLogInterval: settings.accessLogEvery, renewal: SessionRenewal { await refresher.refresh($0) })
    }

    /// Ready: the keys are loaded, the revocations are known to be complete, and each upstream has an instance that is
    /// well. A gateway without one of them could answer nothing but 503.
    private static func readiness(
        verifier: TokenVerifier, revocations: RevocationWatch, upstreams: [UpstreamGroup]
    ) -> HealthReport {
        HealthReport(
            [
                .init("keys", isUsable: { verifier.isReady }),
                .init("revocations", isUsable: { revocations.isReady }),
            ]
                + upstreams.map { upstream in
                    .init(upstream.name.rawValue, isUsable: { !upstream.healthy.isEmpty })
                })
    }
}
