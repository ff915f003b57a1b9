import Foundation
import Logging
import NIOPosix
import Redis

/// The Redis that the environment names (TEST_REDIS_URL, TEST_REDIS_PASSWORD), with a key prefix of the test's own.
struct RedisUnderTest: Sendable {
    static let url = ProcessInfo.processInfo.environment["TEST_REDIS_URL"] ?? ""
    static let password = ProcessInfo.processInfo.environment["TEST_REDIS_PASSWORD"]
    static var isGiven: Bool { !url.isEmpty }
    static var hasPassword: Bool { isGiven && password?.isEmpty == false }

    private let prefix = "test:\(UUID()):"

    func key(_ name: String) -> RedisArgument { .string(prefix + name) }

    func configuration() throws -> RedisConfiguration {
        try RedisConfiguration(url: Self.url, password: Self.password, commandDeadline: .seconds(5))
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
