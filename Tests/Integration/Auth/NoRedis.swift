import Auth
import Authentication
import Logging
import NIOPosix
import Postgres
import Redis

/// What a test needs where Redis is not there, or not asked.
enum NoRedis {
    /// A client of a port where nobody listens.
    static func client() throws -> RedisClient {
        RedisClient(
            configuration: try RedisConfiguration(url: "redis://127.0.0.1:1"),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
    }

    /// Sessions over a real database whose ends nobody is told of.
    static func sessions(_ postgres: PostgresCluster) throws -> Sessions {
        let tokens = TokenVerifierConfiguration(issuer: "test", audience: "test")
        let publisher = RevocationPublisher(
            repository: RevocationRepository(database: postgres), redis: try client(),
            keys: RevocationKeys(name: "nobody"), eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test"))
        return Sessions(
            repository: SessionRepository(database: postgres), publisher: publisher,
            issuer: AccessTokenIssuer(
                signer: AccessTokenSigner(
                    keys: try SigningKeySet(keys: [.generate()]), issuer: tokens.issuer, audience: tokens.audience),
                lifetime: 900, now: tokens.now),
            refreshLifetime: 3600)
    }
}
