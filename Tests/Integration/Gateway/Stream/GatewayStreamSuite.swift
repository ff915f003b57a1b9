import Events
import TestSupport

/// Tests of the event stream: a gateway in this process, and what its clients get.
protocol GatewayStreamSuite {}

extension GatewayStreamSuite {
    func run(
        _ change: (inout GatewayUnderTest.Options) -> Void = { _ in },
        _ body: @Sendable (GatewayUnderTest) async throws -> Void
    ) async throws {
        let upstream = try await UpstreamUnderTest()
        var options = GatewayUnderTest.Options()
        change(&options)
        try await GatewayUnderTest.run(options, upstreams: [upstream.port], body: body)
        await upstream.stop()
    }

    private func number(_ message: String) -> UInt64? {
        message.split(separator: "\"").dropFirst(3).first.flatMap { EventID($0) }?.milliseconds
    }

    func numbers(_ client: WebSocketClient, _ count: Int) async throws -> [UInt64] {
        var numbers: [UInt64] = []
        for _ in 0..<count { numbers.append(number(try await client.next()) ?? 0) }
        return numbers
    }
}
