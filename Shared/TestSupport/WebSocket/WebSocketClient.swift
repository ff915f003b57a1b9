import NIOCore
import NIOPosix
import Synchronization

/// A client of a WebSocket that keeps what comes. It shares no code with the server, and sends any frame it is told to.
package final class WebSocketClient: Sendable {
    /// What the client does by itself.
    package struct Behaviour: Sendable {
        package var answersPings = true
        package var answersClose = true
        /// False for a client that reads nothing until ``startReading()``.
        package var reads = true

        package init() {}
    }

    /// Text and binary messages, and how the connection ended.
    package struct Received: Sendable {
        package var head = ""
        package var messages: [String] = []
        package var pings = 0
        package var pongs: [[UInt8]] = []
        /// Nil for a close frame without one, and before it.
        package var closeCode: Int?
        package var closeReason = ""
        package var hasClose = false
        package var isClosed = false
        fileprivate var bytes: [UInt8] = []
        fileprivate var consumed = 0
        fileprivate var fragments: [UInt8] = []
    }

    package struct NothingCame: Error, CustomStringConvertible {
        package let description: String
    }

    private final class Box: Sendable {
        let state = Mutex(Received())
    }

    /// Of RFC 6455 §1.3, with the accept value that must come back.
    package static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    package static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    private let channel: any Channel
    private let box: Box

    /// Connects, asks for a WebSocket, and waits for the answer's head, whatever it is.
    ///
    /// - Parameters:
    ///   - token: sent as `Authorization: Bearer`.
    ///   - fields: further lines of the request.
    package init(
        port: Int, path: String = "/api/v1/stream", token: String? = nil, fields: [String] = [],
        behaviour: Behaviour = Behaviour()
    ) async throws {
        let box = Box()
        self.box = box
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: behaviour.reads)
            .channelOption(.socketOption(.so_rcvbuf), value: behaviour.reads ? 1 << 20 : 4096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(box, behaviour))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await send(bytes: Array(Self.request(path, token: token, fields: fields).utf8))
        if behaviour.reads { _ = try await wait("an answer") { !$0.head.isEmpty || $0.isClosed } }
    }

    /// The request of a handshake.
    package static func request(
        _ path: String = "/api/v1/stream", token: String? = nil, fields: [String] = []
    ) -> String {
        let lines =
            [
                "GET \(path) HTTP/1.1", "Host: desk.example", "Connection: Upgrade", "Upgrade: websocket",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: \(key)",
            ] + (token.map { ["Authorization: Bearer \($0)"] } ?? []) + fields
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    // MARK: Sending

    package func send(bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    package func send(text: String) async throws { try await send(bytes: Self.frame(0x81, Array(text.utf8))) }

    package func sendClose(_ code: UInt16) async throws {
        try await send(bytes: Self.frame(0x88, [UInt8(code >> 8), UInt8(code & 0xFF)]))
    }

    /// A frame with any first byte, masked as a client's must be.
    package static func frame(_ first: UInt8, _ payload: [UInt8], mask: [UInt8]? = [1, 2, 3, 4]) -> [UInt8] {
        let bit: UInt8 = mask == nil ? 0 : 0x80
        let length: [UInt8] =
            switch payload.count {
            case ...125: [bit | UInt8(payload.count)]
            case ...0xFFFF: [bit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
            default: [bit | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
            }
        guard let mask else { return [first] + length + payload }
        return [first] + length + mask + payload.enumerated().map { $0.element ^ mask[$0.offset % 4] }
    }

    package func startReading() async throws { try await channel.setOption(.autoRead, value: true).get() }

    /// Goes away without a goodbye.
    package func close() async { try? await channel.close() }

    // MARK: Receiving

    package var received: Received { box.state.withLock { $0 } }

    package var status: Int { Int(received.head.dropFirst(9).prefix(3)) ?? 0 }

    /// The value of one of the answer's fields.
    package func field(_ name: String) -> String? {
        for line in received.head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.first?.lowercased() == name.lowercased() {
                return parts.last.map { String($0.drop { $0 == " " }) }
            }
        }
        return nil
    }

    /// The next message that has not been asked for yet.
    package func next(within timeout: Duration = .seconds(20)) async throws -> String {
        try await wait("a message", within: timeout) { $0.consumed < $0.messages.count || $0.isClosed }
        return try box.state.withLock { state in
            guard state.consumed < state.messages.count else {
                throw NothingCame(description: "The connection ended instead: \(state.closeCode ?? 0)")
            }
            state.consumed += 1
            return state.messages[state.consumed - 1]
        }
    }

    /// Waits for the server's close frame, or the connection's end.
    @discardableResult
    package func closeCode(within timeout: Duration = .seconds(20)) async throws -> Int? {
        try await wait("the end", within: timeout) { $0.hasClose || $0.isClosed }.closeCode
    }

    package func waitForEnd(within timeout: Duration = .seconds(20)) async throws {
        try await wait("the end", within: timeout) { $0.isClosed }
    }

    @discardableResult
    package func wait(
        _ what: String, within timeout: Duration = .seconds(20), until condition: (Received) -> Bool
    ) async throws -> Received {
        let isThere = try await eventually(within: timeout) { condition(received) }
        let state = received
        guard isThere else {
            throw NothingCame(description: "Waited for \(what): \(state.head.prefix(200)) \(state.messages.suffix(3))")
        }
        return state
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let box: Box
        private let behaviour: Behaviour

        init(_ box: Box, _ behaviour: Behaviour) {
            self.box = box
            self.behaviour = behaviour
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(Self.unwrapInboundIn(data).readableBytesView)
            let answers = box.state.withLock { state in
                state.bytes += bytes
                return state.takeFrames(behaviour)
            }
            for answer in answers {
                context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: answer)), promise: nil)
            }
        }

        func channelInactive(context: ChannelHandlerContext) { box.state.withLock { $0.isClosed = true } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

extension WebSocketClient.Received {
    /// Reads what is complete, and returns the frames to answer with.
    fileprivate mutating func takeFrames(_ behaviour: WebSocketClient.Behaviour) -> [[UInt8]] {
        if head.isEmpty {
            guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) }) else {
                return []
            }
            head = String(decoding: bytes[..<end], as: UTF8.self)
            bytes.removeFirst(end + 4)
        }
        guard head.hasPrefix("HTTP/1.1 101") else { return [] }
        var answers: [[UInt8]] = []
        while let (first, payload) = takeFrame() {
            switch first & 0x0F {
            case 0x8:
                hasClose = true
                if payload.count >= 2 { closeCode = Int(payload[0]) << 8 | Int(payload[1]) }
                closeReason = String(decoding: payload.dropFirst(2), as: UTF8.self)
                if behaviour.answersClose { answers.append(WebSocketClient.frame(0x88, payload)) }
            case 0x9:
                pings += 1
                if behaviour.answersPings { answers.append(WebSocketClient.frame(0x8A, payload)) }
            case 0xA: pongs.append(payload)
            default:
                fragments += payload
                guard first & 0x80 != 0 else { break }
                messages.append(String(decoding: fragments, as: UTF8.self))
                fragments = []
            }
        }
        return answers
    }

    private mutating func takeFrame() -> (first: UInt8, payload: [UInt8])? {
        guard bytes.count >= 2 else { return nil }
        var (start, length) = (2, Int(bytes[1] & 0x7F))
        if length >= 126 {
            let size = length == 126 ? 2 : 8
            guard bytes.count >= 2 + size else { return nil }
            length = bytes[2..<2 + size].reduce(0) { $0 << 8 | Int($1) }
            start += size
        }
        guard bytes.count >= start + length else { return nil }
        defer { bytes.removeFirst(start + length) }
        return (bytes[0], Array(bytes[start..<start + length]))
    }
}
