import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A client that sends the bytes it is told to, well formed or not, and keeps what comes back.
final class RawClient: Sendable {
    private struct Received {
        var bytes: [UInt8] = []
        var count = 0
        var isClosed = false
        var hasEnded = false
    }

    private let channel: any Channel
    private let received: ReceivedBox

    private final class ReceivedBox: Sendable {
        let state = Mutex(Received())
    }

    struct NothingCame: Error, CustomStringConvertible {
        let text: String
        var description: String { "The expected bytes did not come, but: \(text)" }
    }

    /// - Parameters:
    ///   - reads: false for a client that reads nothing until ``startReading()``.
    ///   - keeps: false for one that counts bytes without keeping them.
    init(port: Int, reads: Bool = true, keeps: Bool = true) async throws {
        let received = ReceivedBox()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.socketOption(.so_rcvbuf), value: reads ? 1 << 20 : 8192)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(received, keeps: keeps))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        self.received = received
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Ends its own direction and still listens.
    func sayNoMore() async throws { try await channel.close(mode: .output) }

    func close() async { try? await channel.close() }

    /// Goes away with a reset instead of a goodbye.
    func reset() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        await close()
    }

    func startReading() async throws { try await channel.setOption(.autoRead, value: true).get() }

    var text: String { received.state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    var byteCount: Int { received.state.withLock { $0.count } }

    /// The server has ended its direction, or the connection.
    var hasEnded: Bool { received.state.withLock { $0.hasEnded || $0.isClosed } }

    /// Waits until what has come so far satisfies a condition, and returns it.
    @discardableResult
    func receive(within timeout: Duration = .seconds(10), until condition: (String) -> Bool) async throws -> String {
        let deadline = ContinuousClock.now + timeout
        while ContinuousClock.now < deadline {
            let text = text
            if condition(text) { return text }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw NothingCame(text: text)
    }

    /// Waits for the end of the connection, and returns all that came.
    @discardableResult
    func receiveToEnd(within timeout: Duration = .seconds(10)) async throws -> String {
        let deadline = ContinuousClock.now + timeout
        while ContinuousClock.now < deadline {
            if hasEnded { return text }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw NothingCame(text: text)
    }

    /// Waits for a complete answer with a `Content-Length`, or without a body.
    func receiveAnswer(within timeout: Duration = .seconds(10)) async throws -> RawAnswer {
        RawAnswer(try await receive(within: timeout) { RawAnswer($0).isComplete })
    }

    /// The same, and forgets the answer, so that the next one can be waited for.
    func takeAnswer(within timeout: Duration = .seconds(10)) async throws -> RawAnswer {
        let answer = try await receiveAnswer(within: timeout)
        received.state.withLock { state in
            state.bytes.removeFirst(answer.description.utf8.count - answer.rest.utf8.count)
        }
        return answer
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let received: ReceivedBox
        private let keeps: Bool

        init(_ received: ReceivedBox, keeps: Bool) {
            self.received = received
            self.keeps = keeps
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Self.unwrapInboundIn(data)
            received.state.withLock {
                $0.count += bytes.readableBytes
                if keeps { $0.bytes += Array(bytes.readableBytesView) }
            }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event as? ChannelEvent == .inputClosed { received.state.withLock { $0.hasEnded = true } }
        }

        func channelInactive(context: ChannelHandlerContext) { received.state.withLock { $0.isClosed = true } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

/// The first answer in what a client received.
struct RawAnswer: CustomStringConvertible {
    let status: Int
    let fields: [(name: String, value: String)]
    let body: String
    let isComplete: Bool
    /// What follows the answer.
    let rest: String
    let description: String

    init(_ text: String) {
        description = text
        guard let end = text.firstRange(of: "\r\n\r\n") else {
            (status, fields, body, isComplete, rest) = (0, [], "", false, "")
            return
        }
        let lines = text[..<end.lowerBound].split(separator: "\r\n", omittingEmptySubsequences: false)
        status = lines.first.flatMap { Int($0.dropFirst(9).prefix(3)) } ?? 0
        fields = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (line[..<colon].lowercased(), String(line[colon...].dropFirst().drop { $0 == " " }))
        }
        let after = text[end.upperBound...]
        let length = fields.first { $0.name == "content-length" }.flatMap { Int($0.value) }
        if fields.contains(where: { $0.name == "transfer-encoding" }) {
            let last = after.firstRange(of: "\r\n0\r\n")
            let end = last.flatMap { after[$0.lowerBound...].dropFirst().firstRange(of: "\r\n\r\n") }
            isComplete = end != nil
            body = String(after[..<(last?.lowerBound ?? after.endIndex)])
            rest = end.map { String(after[$0.upperBound...]) } ?? ""
        } else {
            // These tell the length of a body that they do not have.
            let count = status == 204 || status == 304 ? 0 : length ?? 0
            let bytes = after.utf8.prefix(count)
            isComplete = bytes.count == count
            body = String(Substring(bytes))
            rest = String(Substring(after.utf8.dropFirst(count)))
        }
    }

    func field(_ name: String) -> String? { fields.first { $0.name == name.lowercased() }?.value }
}
