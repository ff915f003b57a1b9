import NIOCore
import NIOPosix
import Synchronization

/// An upstream that keeps every byte it is sent, reads requests as ``StrictRequest`` does, and answers each whole one.
final class RecordingUpstream: Sendable {
    /// Bytes instead of the usual answer.
    struct Script: Sendable {
        let bytes: [UInt8]
        let closes: Bool
    }

    struct Connection: Sendable {
        var bytes: [UInt8] = []
        var answered = 0
        var isOpen = true
    }

    private final class Record: Sendable {
        let connections = Mutex<[Connection]>([])
        /// Whole requests in the order in which they came.
        let requests = Mutex<[StrictRequest]>([])
        let channels = Mutex<[any Channel]>([])
    }

    static let answer = Array("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello".utf8)

    private let channel: any Channel
    private let record: Record

    /// - Parameter scripts: answers to requests of these targets.
    init(scripts: [String: Script] = [:]) async throws {
        let record = Record()
        self.record = record
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(record, scripts))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    var requests: [StrictRequest] { record.requests.withLock { $0 } }

    var connections: [Connection] { record.connections.withLock { $0 } }

    /// What came besides whole requests, connection by connection.
    var rests: [(rest: StrictRequest.Rest, isOpen: Bool, text: String)] {
        connections.map {
            (
                rest: StrictRequest.readAll($0.bytes).rest, isOpen: $0.isOpen,
                text: String(decoding: $0.bytes.suffix(2000), as: UTF8.self)
            )
        }.filter { $0.rest != .nothing }
    }

    func stop() async {
        try? await channel.close()
        for channel in record.channels.withLock({ $0 }) { try? await channel.close() }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let record: Record
        private let scripts: [String: Script]
        private var place = 0

        init(_ record: Record, _ scripts: [String: Script]) {
            self.record = record
            self.scripts = scripts
        }

        func channelActive(context: ChannelHandlerContext) {
            record.channels.withLock { $0.append(context.channel) }
            place = record.connections.withLock {
                $0.append(Connection())
                return $0.count - 1
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            record.connections.withLock { $0[place].isOpen = false }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Self.unwrapInboundIn(data)
            let new = record.connections.withLock { connections in
                connections[place].bytes += Array(bytes.readableBytesView)
                let requests = StrictRequest.readAll(connections[place].bytes).requests
                defer { connections[place].answered = requests.count }
                return requests.dropFirst(connections[place].answered)
            }
            record.requests.withLock { $0 += new }
            for request in new {
                let script = scripts[request.target]
                context.writeAndFlush(
                    Self.wrapOutboundOut(ByteBuffer(bytes: script?.bytes ?? RecordingUpstream.answer)), promise: nil)
                if script?.closes == true { context.close(promise: nil) }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
