import APIContract
import Authentication
package import HTTPService
import Hummingbird
import JSON
package import Logging
package import NIOCore
import Postgres
import Redis

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
        let redis = RedisClient(
            configuration: try RedisConfiguration(
                url: settings.redisURL, password: settings.redisPassword.isEmpty ? nil : settings.redisPassword),
            eventLoopGroup: eventLoopGroup, logger: logger)
        let database = try PostgresClient(
            configuration: try PostgresConfiguration(
                url: settings.postgresURL,
                password: settings.postgresPassword.isEmpty ? nil : settings.postgresPassword,
                maximumConnections: settings.postgresConnections,
                statementTimeout: settings.postgresStatementTimeout,
                deadline: settings.postgresStatementTimeout + .seconds(1), applicationName: "strategies"),
            logger: logger)
        let verifier = TokenVerifier(
            configuration: TokenVerifierConfiguration(
                jwksURLs: settings.jwksURLs, issuer: settings.tokenIssuer, audience: settings.tokenAudience),
            logger: logger)
        let drain = DrainState()
        let health = HealthReport([
            .init("postgres", isUsable: { database.isReady }) { isUsable in
                .object(JSONObject(["primary": .string(isUsable ? "ok" : "unavailable"), "replicas": .array([])]))
            },
            .init("redis", isUsable: { redis.isReady }),
            .init("keys", isUsable: { verifier.isReady }),
        ])
        let router = Router<ServiceRequestContext>.service()
        health.addRoute(to: router, drain: drain)
        StrategyRoutes(repository: StrategyRepository(database: database)).add(
            to: router.group("\(StrategyRoutes.path)").add(
                middleware: AuthenticationMiddleware(
                    verifier: verifier, revocations: RevocationList(redis: redis))))
        let listener = HTTPListener(
            address: settings.server.publicAddress, router: router, drain: drain, eventLoopGroup: eventLoopGroup,
            logger: logger, translate: APIError.strategies
        ) { port in
            drain.beginServing()
            onListening(port)
        }
        return ServiceApplication(
            settings: settings.server, drain: drain, health: health, dependencies: [redis, database, verifier],
            listener: listener, eventLoopGroup: eventLoopGroup, logger: logger, onAdminListening: onAdminListening)
    }
}
