import Gateway
import HTTPService
import TestSupport
import Testing

@Suite("Gateway, its end")
struct GatewayDrainTests {
    @Test("while it drains, answers say goodbye and health fails")
    func draining() async throws {
        let upstream = try await UpstreamUnderTest()
        try await GatewayUnderTest.run(upstreams: [upstream.port]) { gateway in
            let client = try await gateway.client()
            try await client.send(GatewayUnderTest.request())
            #expect(try await client.receiveAnswer().field("Connection") == nil)
            gateway.drain.beginDraining()
            try await client.send(GatewayUnderTest.request())
            let text = try await client.receiveToEnd()
            #expect(text.components("hello") == 2 && text.components("Connection: close") == 1)
            let health = try await gateway.ask("GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(health.status == 503 && health.body.hasPrefix("{\"status\":\"draining\""))
            #expect(health.field("Connection") == "close")
        }
        await upstream.stop()
    }

    @Test("what is in flight finishes, what is idle is closed, and nothing new is accepted")
    func shutdown() async throws {
        let upstream = try await UpstreamUnderTest()
        let clients = Clients()
        try await GatewayUnderTest.run(upstreams: [upstream.port]) { gateway in
            let (idle, busy) = (try await gateway.client(), try await gateway.client())
            try await idle.send(GatewayUnderTest.request())
            _ = try await idle.receiveAnswer()
            try await busy.send(GatewayUnderTest.request("POST", more: ["Content-Length: 4"]))
            #expect(try await eventually { upstream.requests.count == 2 })
            clients.start(idle: idle, busy: busy, port: gateway.port)
        }
        // The gateway is gone now: it waited for the request that was under way.
        let answer = try await clients.busyAnswer()
        #expect(answer.hasSuffix("hello") && answer.contains("Connection: close\r\n"))
        await upstream.stop()
    }

    /// Finishes its request only when the gateway has closed the idle connection, which it does when it stops.
    private final class Clients: Sendable {
        private let outcome = Outcome()

        private actor Outcome {
            var task: Task<String, any Error>?
            func set(_ task: Task<String, any Error>) { self.task = task }
        }

        func start(idle: RawClient, busy: RawClient, port: Int) {
            let task = Task {
                try await idle.receiveToEnd()
                await #expect(throws: (any Error).self) { try await RawClient(port: port) }
                try await busy.send("body")
                return try await busy.receiveToEnd()
            }
            Task { await outcome.set(task) }
        }

        func busyAnswer() async throws -> String {
            _ = try await eventually { await self.outcome.task != nil }
            return try await outcome.task?.value ?? ""
        }
    }
}
