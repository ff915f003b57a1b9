import Documents
import Foundation
import Gateway
import Synchronization
import TestSupport
import Testing

@Suite("Gateway, another configuration while it runs")
struct GatewayReloadTests {
    /// The shipped file, with one more route and perhaps a mistake.
    private static func text(_ more: String = "") throws -> String {
        try String(contentsOfFile: GatewayUnderTest.shippedConfigurationPath, encoding: .utf8) + more
    }

    private static let extra = """

          - name: extra
            methods: [GET, POST]
            path: /extra
            upstream: strategies
            access: authenticated
            policies: user
            max_body: 8
        """

    private func run(
        _ text: String, eventLoops: Int = 2,
        _ body: @Sendable (GatewayUnderTest, _ write: @Sendable (String) throws -> Void) async throws -> Void
    ) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID()).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let upstream = try await UpstreamUnderTest()
        var options = GatewayUnderTest.Options()
        options.configurationPath = path
        options.eventLoops = eventLoops
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { gateway in
            try await body(gateway) { try $0.write(toFile: path, atomically: true, encoding: .utf8) }
        }
        await upstream.stop()
    }

    private static func isAdopted(_ outcome: LiveConfiguration.Outcome) -> Bool {
        if case .adopted = outcome { true } else { false }
    }

    @Test("a new route is there on every connection as soon as the reload is answered, and an old one is gone")
    func routes() async throws {
        try await run(Self.text()) { gateway, write in
            // One for each event loop at least.
            var clients: [RawClient] = []
            for _ in 0..<4 { clients.append(try await gateway.client()) }
            func statuses(_ path: String) async throws -> [Int] {
                var statuses: [Int] = []
                for client in clients {
                    try await client.send(GatewayUnderTest.request("GET", path))
                    statuses.append(try await client.takeAnswer().status)
                }
                return statuses
            }
            #expect(try await statuses("/extra") == [404, 404, 404, 404])
            try write(Self.text(Self.extra))
            #expect(Self.isAdopted(await gateway.live.reload()))
            let added = try await statuses("/extra")
            #expect(added == [200, 200, 200, 200])
            try write(Self.text())
            #expect(Self.isAdopted(await gateway.live.reload()))
            #expect(try await statuses("/extra") == [404, 404, 404, 404])
            #expect(await gateway.live.report.version == 3)
            for client in clients { await client.close() }
        }
    }

    @Test("a stream goes on although its route is gone, and hears of what happens")
    func streams() async throws {
        let text = try Self.text()
        try await run(text) { gateway, write in
            gateway.stream.hub.begin()
            let client = try await WebSocketClient(port: gateway.port, token: "token-1")
            #expect(client.status == 101)
            #expect(try await eventually { gateway.stream.counters.open.value == 1 })
            let route = try #require(text.range(of: "  - name: stream\n"))
            try write(String(text[..<route.lowerBound]))
            #expect(Self.isAdopted(await gateway.live.reload()))
            #expect(try await gateway.ask(WebSocketClient.request(token: "token-1")).status == 404)
            gateway.stream.hub.publish(1)
            #expect(try await client.next().contains("strategy.changed"))
            await client.close()
        }
    }

    @Test("a request that is under way ends as it began, although its route is gone")
    func underWay() async throws {
        try await run(Self.text(Self.extra.replacing("max_body: 8", with: "max_body: 1MB"))) { gateway, write in
            let client = try await gateway.client()
            let request = GatewayUnderTest.request("POST", "/extra", more: ["Content-Length: 8"])
            try await client.send(request + "half")
            // The request has reached the gateway once another one on the same event loops has been answered.
            #expect(try await gateway.ask(GatewayUnderTest.request("GET", "/extra")).status == 200)
            try write(Self.text())
            #expect(Self.isAdopted(await gateway.live.reload()))
            #expect(try await gateway.ask(GatewayUnderTest.request("GET", "/extra")).status == 404)
            try await client.send("done")
            #expect(try await client.receiveAnswer().status == 200)
            await client.close()
        }
    }

    /// Requests one after the other, each client on one connection.
    private final class Load: Sendable {
        private let state = Mutex((answered: 0, failures: [String](), isOver: false))

        var answered: Int { state.withLock { $0.answered } }
        var failures: [String] { state.withLock { $0.failures } }

        func end() { state.withLock { $0.isOver = true } }

        func run(_ gateway: GatewayUnderTest) async throws {
            let client = try await gateway.client()
            while !state.withLock({ $0.isOver }) {
                try await client.send(GatewayUnderTest.request())
                let answer = try await client.takeAnswer()
                state.withLock {
                    $0.answered += 1
                    if answer.status != 200 { $0.failures.append("\(answer.status) \(answer.body)") }
                }
            }
            await client.close()
        }
    }

    @Test("under load not one request fails and not one connection ends, however often the configuration changes")
    func underLoad() async throws {
        try await run(Self.text()) { gateway, write in
            let load = Load()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await load.run(gateway) } }
                defer { load.end() }
                for turn in 0..<20 {
                    let before = load.answered
                    try write(Self.text(turn % 2 == 0 ? Self.extra : ""))
                    #expect(Self.isAdopted(await gateway.live.reload()))
                    #expect(try await eventually { load.answered > before + 20 })
                }
                load.end()
                try await group.waitForAll()
            }
            #expect(load.failures.isEmpty, "\(load.failures)")
            #expect(load.answered > 400)
            #expect(await gateway.live.report.version == 21)
        }
    }

    @Test("other instances and another limit of a service hold from the reload on, another service does not")
    func instances() async throws {
        let other = try await UpstreamUnderTest()
        try await run(Self.text()) { gateway, write in
            #expect(try await gateway.ask(GatewayUnderTest.request()).status == 200)
            let strategies = "    endpoints: ${STRATEGIES_UPSTREAMS}"
            let moved = "    endpoints: 127.0.0.1:\(other.port)\n    concurrency: 7"
            try write(Self.text().replacing(strategies, with: moved))
            #expect(Self.isAdopted(await gateway.live.reload()))
            #expect(try await gateway.ask(GatewayUnderTest.request()).status == 200)
            #expect(other.requests.count == 1)
            #expect(try gateway.upstream(.strategies).admission.concurrency == 7)
            try write(Self.text().replacing(strategies, with: moved + "\n  third:\n    endpoints: 127.0.0.1:1"))
            guard case .refused(let error) = await gateway.live.reload() else {
                Issue.record("it was adopted")
                return
            }
            #expect(error.problems.map(\.key) == ["upstreams.third"])
            try write(Self.text())
            #expect(Self.isAdopted(await gateway.live.reload()))
            #expect(try await gateway.ask(GatewayUnderTest.request()).status == 200)
            #expect(other.requests.count == 1)
            #expect(try gateway.upstream(.strategies).admission == AdmissionLimits())
        }
        await other.stop()
    }

    @Test("a file with mistakes changes nothing, and all of them are told")
    func refused() async throws {
        try await run(Self.text(Self.extra)) { gateway, write in
            let before = await gateway.live.report
            try write(
                Self.text(Self.extra.replacing("policies: user", with: "policies: nobody"))
                    .replacing("built_in: health", with: "built_in: nothing"))
            guard case .refused(let error) = await gateway.live.reload() else {
                Issue.record("it was adopted")
                return
            }
            // The one that is added stands behind all that are shipped.
            let shipped = try Self.text().matches(of: /\n  - name:/).count
            #expect(error.problems.map(\.key) == ["routes[0].built_in", "routes[\(shipped)].policies"])
            #expect(error.problems.allSatisfy { $0.line != nil })
            let after = await gateway.live.report
            #expect(after.version == before.version && after.configuration.hash == before.configuration.hash)
            #expect(after.refusal == error)
            #expect(try await gateway.ask(GatewayUnderTest.request("GET", "/extra")).status == 200)
            try write(Self.text())
            #expect(Self.isAdopted(await gateway.live.reload()))
            #expect(await gateway.live.report.refusal == nil)
        }
    }

    @Test("a route's own limit of the body holds, told before and while it comes")
    func body() async throws {
        try await run(Self.text(Self.extra)) { gateway, _ in
            let fits = try await gateway.ask(GatewayUnderTest.request("POST", "/extra", body: "12345678"))
            #expect(fits.status == 200)
            let announced = try await gateway.ask(GatewayUnderTest.request("POST", "/extra", body: "123456789"))
            #expect(announced.status == 413 && announced.body.contains("larger than 8 bytes"))
            let chunked = GatewayUnderTest.request("POST", "/extra", more: ["Transfer-Encoding: chunked"])
            let counted = try await gateway.ask(chunked + "9\r\n123456789\r\n0\r\n\r\n")
            #expect(counted.status == 413)
        }
    }

    @Test("what a limit has counted before a reload counts after it")
    func counts() async throws {
        let small = Self.extra.replacing("policies: user", with: "policies: tiny")
        let policies = try Self.text(small).replacing(
            "policies:\n  user:", with: "policies:\n  tiny:\n    key: user\n    limit: 3/h\n  user:")
        try await run(policies) { gateway, write in
            var statuses: [Int] = []
            for turn in 0..<5 {
                statuses.append(try await gateway.ask(GatewayUnderTest.request("GET", "/extra")).status)
                try write(policies + "\n# \(turn)\n")
                #expect(Self.isAdopted(await gateway.live.reload()))
            }
            #expect(statuses == [200, 200, 200, 429, 429])
        }
    }
}
