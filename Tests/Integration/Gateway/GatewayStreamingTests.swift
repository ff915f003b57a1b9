import Gateway
import TestSupport
import Testing
#if canImport(Glibc)
import Glibc
#endif

@Suite("Gateway, streaming", .serialized)
struct GatewayStreamingTests {
    private func run(_ body: @Sendable (GatewayUnderTest, UpstreamUnderTest) async throws -> Void) async throws {
        let upstream = try await UpstreamUnderTest()
        try await GatewayUnderTest.run(upstreams: [upstream.port]) { try await body($0, upstream) }
        await upstream.stop()
    }

    private static let size = 50 * 1024 * 1024

    @Test("a large answer to a reader that waits stays where it is, and comes whole once it reads")
    func slowReader() async throws {
        try await run { gateway, _ in
            let before = Self.residentBytes()
            let client = try await RawClient(port: gateway.port, reads: false, keeps: false)
            try await client.send(GatewayUnderTest.request(behave: "stream \(Self.size)"))
            // Nothing can be waited for but that nothing happens: memory stays flat while nobody reads.
            var peak = before
            for _ in 0..<50 {
                peak = max(peak, Self.residentBytes())
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(peak - before < 16 * 1024 * 1024)
            try await client.startReading()
            #expect(try await eventually { client.byteCount > Self.size })
            await client.close()
        }
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

    /// Of this process, which is gateway, upstream and client in one.
    private static func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, 128, file) != nil else { return 0 }
        let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self).split(separator: " ")
        return (words.count > 1 ? Int(words[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
