import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// The test server as seen through a network: passes everything on until it is told to spoil an answer.
final class PostgresProxy: Sendable {
    /// What happens to one message of the server.
    enum Fault: Sendable {
        /// The connection ends before it.
        case cutBefore
        /// The connection ends in its middle.
        case cutInside
        /// The connection ends with these bytes in its place.
        case end(with: [UInt8])
        /// These bytes come before it.
        case precede(with: [UInt8])
    }

    private struct Plan: Sendable {
        let type: UInt8
        let text: String
        let fault: Fault
    }

    private let channel: any Channel
    private let plan: PlanBox

    private final class PlanBox: Sendable {
        private let plan = Mutex<Plan?>(nil)

        func set(_ next: Plan) { plan.withLock { $0 = next } }

        func take(_ type: UInt8, _ payload: ByteBuffer) -> Fault? {
            plan.withLock { plan in
                guard let current = plan, current.type == type,
                    current.text.isEmpty || String(buffer: payload).contains(current.text)
                else { return nil }
                plan = nil
                return current.fault
            }
        }
    }

    init() async throws {
        let folder = try TestEnvironment.value("TEST_POSTGRES_SOCKET_DIR")
        let path = "\(folder)/.s.PGSQL.\(try TestEnvironment.value("TEST_POSTGRES_PORT"))"
        let plan = PlanBox()
        self.plan = plan
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .channelInitializer { server in
                        server.eventLoop.makeCompletedFuture {
                            try server.pipeline.syncOperations.addHandler(Answers(to: client, plan))
                        }
                    }
                    .connect(unixDomainSocketPath: path)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(Questions(to: server))
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func close() async { try? await channel.close() }

    /// The connection URL of a database's owner, by way of this proxy.
    func url(_ database: TestDatabase) -> String {
        let port = channel.localAddress?.port ?? 0
        let role = TestDatabase.Role.owner.rawValue
        return "postgresql://\(role)@127.0.0.1:\(port)/\(database.name)?sslmode=disable&gssencmode=disable"
    }

    /// Spoils the next message of a type (PostgreSQL's manual §55.7) that holds a text.
    func spoil(_ type: Unicode.Scalar, holding text: String = "", _ fault: Fault) {
        plan.set(Plan(type: UInt8(ascii: type), text: text, fault: fault))
    }

    /// An ErrorResponse or a NoticeResponse.
    static func report(_ type: Unicode.Scalar, _ fields: KeyValuePairs<Character, String>) -> [UInt8] {
        var message = ByteBuffer(string: String(type))
        message.writeInteger(UInt32(4 + 1 + fields.reduce(0) { $0 + $1.value.utf8.count + 2 }))
        for (name, value) in fields { message.writeString("\(name)\(value)\u{0}") }
        message.writeInteger(UInt8(0))
        return Array(message.readableBytesView)
    }

    private final class Questions: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let server: any Channel

        init(to server: any Channel) { self.server = server }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            server.writeAndFlush(Self.unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { server.close(promise: nil) }
    }

    private final class Answers: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let client: any Channel
        private let plan: PlanBox
        private var bytes = ByteBuffer()
        private var hasEnded = false

        init(to client: any Channel, _ plan: PlanBox) {
            self.client = client
            self.plan = plan
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes.writeImmutableBuffer(Self.unwrapInboundIn(data))
            while !hasEnded, let type = bytes.getInteger(at: bytes.readerIndex, as: UInt8.self),
                let length = bytes.getInteger(at: bytes.readerIndex + 1, as: UInt32.self),
                let message = bytes.readSlice(length: Int(length) + 1)
            {
                pass(message, type)
            }
        }

        func channelInactive(context: ChannelHandlerContext) { client.close(promise: nil) }

        private func pass(_ message: ByteBuffer, _ type: UInt8) {
            switch plan.take(type, message) {
            case nil: client.writeAndFlush(message, promise: nil)
            case .precede(let bytes):
                client.write(ByteBuffer(bytes: bytes), promise: nil)
                client.writeAndFlush(message, promise: nil)
            case .cutBefore: end(with: ByteBuffer())
            case .cutInside: end(with: message.getSlice(at: 0, length: message.readableBytes / 2) ?? message)
            case .end(let bytes): end(with: ByteBuffer(bytes: bytes))
            }
        }

        /// The client's end of the connection takes the server's with it.
        private func end(with bytes: ByteBuffer) {
            hasEnded = true
            client.writeAndFlush(bytes).whenComplete { [client] _ in client.close(promise: nil) }
        }
    }
}
