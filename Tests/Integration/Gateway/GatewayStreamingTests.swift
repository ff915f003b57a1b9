import Gateway
import Synchronization
import TestSupport
import Testing

@Suite("Gateway, streaming", .serialized)
struct GatewayStreamingTests {
    private func run(_ body: @Sendable (GatewayUnderTest, UpstreamUnderTest) async throws -> Void) async throws {
        let upstream = try await UpstreamUnderTest()
        try await GatewayUnderTest.run(upstreams: [upstream.port]) { try await body($0, upstream) }
        await upstream.stop()
    }

    private static let size = 50 * 1024 * 1024
    /// More than the system's own buffers on the way take, which is what may be under way when nobody takes anything.
    private static let underWay = 25 * 1024 * 1024

    /// Waits until a count that has begun to grow does not grow any more.
    private static func standstill(_ count: () -> Int) async throws -> Int {
        var (last, quietRounds) = (0, 0)
        while quietRounds < 20 {
            try await Task.sleep(for: .milliseconds(20))
            let now = count()
            quietRounds = now == last && now > 0 ? quietRounds + 1 : 0
            last = now
        }
        return last
    }

    @Test("a large answer to a reader that waits stays where it is, and comes whole once it reads")
    func slowReader() async throws {
        try await run { gateway, upstream in
            let client = try await RawClient(port: gateway.port, reads: false, keeps: false)
            try await client.send(GatewayUnderTest.request(behave: "stream \(Self.size)"))
            let streamed = try await Self.standstill { upstream.requests.first?.streamed ?? 0 }
            #expect(streamed < Self.underWay)
            try await client.startReading()
            #expect(try await eventually { client.byteCount > Self.size })
            await client.close()
        }
    }

    @Test("a large body for an upstream that waits stays with the client, and goes up whole once it is taken")
    func slowUpstream() async throws {
        let upstream = try await UpstreamUnderTest()
        var options = GatewayUnderTest.Options()
        options.limits.body = Self.size
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { gateway in
            let client = try await gateway.client()
            try await client.send(
                GatewayUnderTest.request("POST", behave: "stall", more: ["Content-Length: \(Self.size)"]))
            let sent = Mutex(0)
            async let sending: Void = {
                let piece = [UInt8](repeating: 7, count: 64 * 1024)
                for _ in 0..<Self.size / piece.count {
                    try await client.send(piece)  // waits until the bytes have left
                    sent.withLock { $0 += piece.count }
                }
            }()
            #expect(try await Self.standstill { sent.withLock { $0 } } < Self.underWay)
            try await upstream.startReading()
            try await sending
            let answer = try await client.receiveAnswer()
            #expect(answer.status == 200)
            #expect(upstream.requests.first?.bodyBytes == Self.size)
            await client.close()
        }
        await upstream.stop()
    }

    @Test("a large body to an upstream goes through in pieces")
    func upload() async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            let count = 10 * 1024 * 1024
            try await client.send(GatewayUnderTest.request("POST", more: ["Content-Length: \(count)"]))
            #expect(try await eventually { upstream.requests.count == 1 })
            let piece = [UInt8](repeating: 7, count: 64 * 1024)
            for sent in 0..<count / piece.count {
                try await client.send(piece)
                if sent == 10 { #expect(try await eventually { (upstream.requests.first?.bodyBytes ?? 0) > 0 }) }
            }
            #expect(try await client.receiveAnswer().status == 200)
            #expect(upstream.requests.first?.bodyBytes == count)
            await client.close()
        }
    }

    @Test("the last bytes of a last answer may take longer than a goodbye")
    func slowGoodbye() async throws {
        let upstream = try await UpstreamUnderTest()
        var options = GatewayUnderTest.Options()
        options.timeouts.linger = .milliseconds(100)
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { gateway in
            // How much the system's buffers hold is not known; of so many sizes, one ends in the gateway's own.
            let sizes = (0..<32).map { 1_500_000 + $0 * 100_000 }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for size in sizes {
                    group.addTask {
                        let client = try await RawClient(port: gateway.port, reads: false, keeps: false)
                        try await client.send(
                            GatewayUnderTest.request(behave: "stream \(size)", more: ["Connection: close"]))
                        _ = try await Self.standstill { upstream.requests.reduce(0) { $0 + $1.streamed } }
                        try await client.startReading()
                        #expect(try await eventually { client.hasEnded })
                        #expect(client.byteCount > size)
                        await client.close()
                    }
                }
                try await group.waitForAll()
            }
        }
        await upstream.stop()
    }

    @Test("many clients stream at once over two event loops")
    func concurrent() async throws {
        let upstream = try await UpstreamUnderTest()
        var options = GatewayUnderTest.Options()
        options.eventLoops = 2
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { gateway in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let client = try await RawClient(port: gateway.port, keeps: false)
                        for round in 1...3 {
                            try await client.send(GatewayUnderTest.request(behave: "stream 1000000"))
                            #expect(try await eventually { client.byteCount > round * 1_000_000 })
                        }
                        await client.close()
                    }
                }
                try await group.waitForAll()
            }
        }
        await upstream.stop()
    }
}
