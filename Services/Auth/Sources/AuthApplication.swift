import APIContract
import Activity
import Authentication
import Consistency
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
package enum AuthApplication {
    /// - Parameters:
    ///   - onListening: called with the public port once it accepts connections.
    ///   - onAdminListening: the same for the admin port.
    /// - Throws: a sentence on a setting that cannot work.
    package static func make(
        settings: AuthSettings, eventLoopGroup: any EventLoopGroup, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in },
        onAdminListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> ServiceApplication {
        let process = ProcessMetrics(service: "auth", version: Release.version)
        let traces = TraceExport(
            settings.server.traces, service: "auth", version: Release.version, eventLoopGroup: eventLoopGroup,
            logger: logger)
        let redis = try redisClient(settings, eventLoopGroup, logger)
        let database = try PostgresCluster(
            settings: settings.database, applicationName: "auth", tracer: traces?.tracer, logger: logger)
        let threads = settings.bcryptThreads == 0 ? System.coreCount : settings.bcryptThreads
        let hasher = PasswordHasher(cost: settings.bcryptCost, threads: threads)
        let rules = PasswordRules(common: commonPasswords(settings, logger))
        let tokens = TokenVerifierConfiguration(issuer: settings.tokenIssuer, audience: settings.tokenAudience)
        let keys = try SigningKeys(
            directory: settings.signingKeysDirectory, tokenLifetime: settings.accessTokenLifetime, now: tokens.now,
            logger: logger)
        let verifier = TokenVerifier(keys: keys.published, configuration: tokens, logger: logger)
        let revocations = RevocationWatch(
            redis: redis, keys: settings.revocationKeys, authURLs: settings.authAdminURLs,
            eventLoopGroup: eventLoopGroup, logger: logger)
        let publisher = RevocationPublisher(
            repository: RevocationRepository(database: database), redis: redis, keys: settings.revocationKeys,
            eventLoopGroup: eventLoopGroup, logger: logger)
        let consistency = ConsistencyPolicy(
            database, codec: settings.consistency.codec, translate: APIError.auth)
        let accounts = AccountRepository(database: database)
        let issuer = AccessTokenIssuer(
            signer: AccessTokenSigner(keys: keys, issuer: tokens.issuer, audience: tokens.audience),
            lifetime: settings.accessTokenLifetime, now: tokens.now)
        let sessions = Sessions(
            repository: SessionRepository(database: database), publisher: publisher, issuer: issuer,
            refreshLifetime: settings.refreshTokenLifetime)
        let secondFactor = SecondFactorRepository(
            database: database, keys: settings.secondFactorKeys, now: tokens.now)
        let apiKeys = APIKeyRepository(database: database)

        let requests = RequestMetrics()
        let drain = DrainState()
        let health = HealthReport([
            .postgres(database),
            .init("revocations", isUsable: { revocations.isReady }),
        ])
        let router = Router<ServiceRequestContext>.service()
        health.addRoute(to: router, drain: drain)
        KeySetRoute(keys).add(to: router)
        let local = LocalAttempts(instances: settings.authAdminURLs.count)
        let limiter = LoginLimiter(
            redis: redis, local: local, cluster: settings.clusterName, limit: settings.loginLimit)
        let codeAttempts = SecondFactorAttempts(redis: redis, local: local, cluster: settings.clusterName)
        let limits = LoginLimits(
            redis: redis, local: local, cluster: settings.clusterName, perMinute: settings.loginLimit,
            byAddress: settings.loginLimitByAddress,
            byAccount: settings.loginLimitByAccount)
        AuthRoutes(
            accounts: accounts, hasher: hasher, rules: rules, sessions: sessions, consistency: consistency,
            signIn: SignIn(
                Login(accounts: accounts, hasher: hasher, sessions: sessions, now: tokens.now), limits: limits,
                secondFactor: SecondFactorLogin(
                    repository: secondFactor, accounts: accounts, sessions: sessions,
                    attempts: codeAttempts),
                proxies: settings.server.trustedProxies),
            proxies: settings.server.trustedProxies
        ).add(to: router.group("/api/v1/auth"))
        let owner = AccountOwner(
            accounts: accounts, hasher: hasher, rules: rules, limiter: limiter, sessions: sessions,
            secondFactor: secondFactor, codeAttempts: codeAttempts)
        AccountRoutes(
            consistency: consistency, sessions: sessions, owner: owner, proxies: settings.server.trustedProxies
        ).add(
            to: router.group("/api/v1/auth").add(
                middleware: AuthenticationMiddleware(verifier: verifier, revocations: revocations)))
        SecondFactorRoutes(
            repository: secondFactor, owner: owner, consistency: consistency, proxies: settings.server.trustedProxies
        ).add(
            to: router.group("/api/v1/auth").add(
                middleware: AuthenticationMiddleware(verifier: verifier, revocations: revocations)))
        APIKeyRoutes(repository: apiKeys, sessions: sessions, proxies: settings.server.trustedProxies).add(
            to: router.group("/api/v1/auth").add(
                middleware: AuthenticationMiddleware(verifier: verifier, revocations: revocations)))
        let administration = Administration(
            database: database, sessions: sessions,
            gateways: GatewayReports(redis: redis, cluster: settings.clusterName))
        let migrations = RouteMigrations(
            questions: GatewayQuestions(redis: redis, cluster: settings.clusterName), database: database)
        let administrators = router.group("\(AdministrationRoutes.path)").add(
            middleware: AuthenticationMiddleware(verifier: verifier, revocations: revocations))
        AdministrationRoutes(administration, proxies: settings.server.trustedProxies).add(to: administrators)
        RouteMigrationRoutes(administration, migrations: migrations, proxies: settings.server.trustedProxies)
            .add(to: administrators)

        let listener = HTTPListener(
            addresses: settings.server.publicAddresses, router: router, drain: drain, eventLoopGroup: eventLoopGroup,
            logger: logger, metrics: requests, translate: APIError.auth, tracer: traces?.tracer
        ) { port in
            drain.beginServing()
            onListening(port)
        }
        return ServiceApplication(
            settings: settings.server, drain: drain, health: health,
            metrics: MetricsReport([
                process.families, requests.families, redis.families, revocations.families, database.families,
                hasher.families,
            ]),
            traces: traces,
            dependencies: [
                redis, database, verifier, SigningKeyWatch(keys, verifier), hasher, revocations, publisher,
            ], listener: listener,
            eventLoopGroup: eventLoopGroup, logger: logger,
            addAdminRoutes: {
                RevocationRoute(publisher).add(to: $0)
                APIKeyExchangeRoute(APIKeyIssuer(repository: apiKeys, issuer: issuer)).add(to: $0)
                LegacyIdentityRoutes(repository: LegacyIdentityRepository(database: database), issuer: issuer).add(
                    to: $0)
            }, onAdminListening: onAdminListening)
    }

    /// Everything that `/metrics` of the admin port tells.
    package static let metrics =
        ProcessMetrics.catalogue + SpanQueue.catalogue + RequestMetrics.catalogue + RedisClient.metrics
        + RevocationWatch.metrics
        + PostgresCluster.metrics + PasswordHasher.metrics

    /// Without the list Auth works as well: it may have been set up where there was no network.
    private static func commonPasswords(_ settings: AuthSettings, _ logger: Logger) -> CommonPasswords {
        do {
            return try CommonPasswords(path: settings.commonPasswordsFile)
        } catch {
            logger.warning("Common passwords are not refused", metadata: ["cause": "\(error)"])
            return .none
        }
    }

    private static func redisClient(
        _ settings: AuthSettings, _ eventLoopGroup: any EventLoopGroup, _ logger: Logger
    ) throws -> RedisClient {
        RedisClient(
            configuration: try RedisConfiguration(
                url: settings.redisURL, password: settings.redisPassword, sentinels: settings.redisSentinels,
                masterName: settings.redisMasterName),
            eventLoopGroup: eventLoopGroup, logger: logger)
    }
}
