import Foundation
import Logging
import NIOPosix
import Redis
import TestSupport

/// The Redis that the tests share, with a key prefix of the test's own.
struct RedisUnderTest: Sendable {
    static var isGiven: Bool { (try? TestEnvironment.value("TEST_REDIS_URL")) != nil }

    private let prefix = "test:\(UUID()):"

    func key(_ name: String) -> RedisArgument { .string(prefix + name) }

    func configuration() throws -> RedisConfiguration {
        try RedisConfiguration(
            url: TestEnvironment.value("TEST_REDIS_URL"), password: TestEnvironment.value("TEST_REDIS_PASSWORD"),
            commandDeadline: .seconds(5))
    }

    /// Runs a client as the service that it is around `body`.
    func withClient(
        _ configuration: RedisConfiguration? = nil, _ body: (RedisClient) async throws -> Void
    ) async throws {
        let client = RedisClient(
            configuration: try configuration ?? self.configuration(),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
        let service = Task { try await client.run() }
        defer { service.cancel() }
        try await body(client)
    }

    /// Asks again until there is an answer, for five seconds at most.
    func eventually<R>(_ ask: () async throws -> R?) async throws -> R {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(5)
        while clock.now < end {
            if let answer = try await ask() { return answer }
            try await clock.sleep(for: .milliseconds(5))
        }
        throw Waited()
    }

    struct Waited: Error {}
}
