import AsyncHTTPClient
import HTTPService
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@Suite("A process that is told to stop")
struct GracefulDrainTests {
    private final class Observed: Sendable {
        private struct State {
            var port = 0
            var isAnswering = false
            var hasEnded = false
        }

        private let state = Mutex(State())

        var port: Int {
            get { state.withLock(\.port) }
            set { state.withLock { $0.port = newValue } }
        }
        var isAnswering: Bool {
            get { state.withLock(\.isAnswering) }
            set { state.withLock { $0.isAnswering = newValue } }
        }
        var hasEnded: Bool {
            get { state.withLock(\.hasEnded) }
            set { state.withLock { $0.hasEnded = newValue } }
        }
    }

    @Test("fails readiness at once, serves on with Connection: close, finishes what is in flight, and only then ends")
    func order() async throws {
        let (drain, observed, logger) = (DrainState(), Observed(), Logger(label: "test"))
        let (release, releaser) = AsyncStream<Void>.makeStream()
        let router = Router<ServiceRequestContext>.service()
        HealthReport([]).addRoute(to: router, drain: drain)
        router.get("/slow") { _, _ in
            observed.isAnswering = true
            for await _ in release { break }
            return Response.json("{}")
        }
        let listener = HTTPListener(
            addresses: [ListenAddress(host: "127.0.0.1", port: 0)], router: router, drain: drain,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger,
            onListening: { number in
                observed.port = number
                drain.beginServing()
            })
        let group = ServiceGroup(
            services: [listener, GracefulDrain(state: drain, delay: .milliseconds(300), logger: logger)], logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await group.run()
                observed.hasEnded = true
            }
            #expect(try await eventually { drain.isServing })
            let base = "http://127.0.0.1:\(observed.port)"
            let before = try await Self.get(base + "/health")
            #expect(before.status == .ok && before.headers.first(name: "connection") == nil)
            async let slow = Self.get(base + "/slow")
            #expect(try await eventually { observed.isAnswering })
            await group.triggerGracefulShutdown()
            #expect(try await eventually { drain.isDraining })
            let during = try await Self.get(base + "/health")
            #expect(during.status == .serviceUnavailable && during.headers.first(name: "connection") == "close")
            // The port closes after the delay, whoever asks; the request in flight keeps the process.
            #expect(try await eventually { (try? await Self.get(base + "/health", within: .milliseconds(200))) == nil })
            #expect(!observed.hasEnded)
            releaser.yield()
            let last = try await slow
            #expect(last.status == .ok && last.headers.first(name: "connection") == "close")
            try await tasks.waitForAll()
        }
        #expect(observed.hasEnded)
    }

    @Test("a port that is taken is one sentence that names it")
    func portTaken() async throws {
        let first = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(first.localAddress?.port)
        let listener = HTTPListener(
            addresses: [ListenAddress(host: "127.0.0.1", port: port)], router: .service(), drain: DrainState(),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
        let error = await #expect(throws: ListenError.self) { try await listener.run() }
        #expect(error?.description == "Cannot listen on 127.0.0.1:\(port): another process listens there.")
        try await first.close()
    }

    /// The client dials a port that is closed again and again until the time is over.
    private static func get(_ url: String, within timeout: TimeAmount = .seconds(20)) async throws -> HTTPClientResponse
    {
        try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: timeout)
    }
}
