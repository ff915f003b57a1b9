import Logging
import NIOCore
import NIOEmbedded
import Redis
import Testing

@Suite("A Redis connection on an embedded channel")
struct RedisConnectionTests {
    @Test("the password comes first, and a tick's commands leave in one write")
    func onePipelinedWrite() throws {
        let server = EmbeddedServer(handshake: [["AUTH", "geheim"], ["SELECT", 3], ["PING"]])
        let first = server.connection.send(["GET", "a"], timeout: .milliseconds(250))
        let second = server.connection.send(["GET", "b"], timeout: .milliseconds(250))
        server.loop.run()
        #expect(
            server.written()
                == "*2\r\n$4\r\nAUTH\r\n$6\r\ngeheim\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n*1\r\n$4\r\nPING\r\n")
        #expect(!server.connection.isReady)
        server.answer("+OK\r\n+OK\r\n+PONG\r\n")
        #expect(server.connection.isReady)
        #expect(server.written() == "*2\r\n$3\r\nGET\r\n$1\r\na\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n")
        let third = server.connection.send(["GET", "c"], timeout: .milliseconds(250))
        let fourth = server.connection.send(["GET", "d"], timeout: .milliseconds(250))
        #expect(server.written() == "")
        server.loop.run()
        #expect(server.written() == "*2\r\n$3\r\nGET\r\n$1\r\nc\r\n*2\r\n$3\r\nGET\r\n$1\r\nd\r\n")
        server.answer("$1\r\n1\r\n$1\r\n2\r\n:3\r\n-ERR no\r\n")
        #expect(try first.wait() == .string([49]))
        #expect(try second.wait() == .string([50]))
        #expect(try third.wait() == .integer(3))
        let error = #expect(throws: RedisError.self) { try fourth.wait() }
        #expect(error == RedisError(.server, "ERR no"))
    }

    @Test("a late reply is thrown away and the next one finds its command")
    func lateReply() throws {
        let server = EmbeddedServer.ready()
        let first = server.connection.send(["GET", "a"], timeout: .milliseconds(100))
        let second = server.connection.send(["GET", "b"], timeout: .milliseconds(900))
        server.loop.run()
        server.loop.advanceTime(by: .milliseconds(100))
        #expect(throws: RedisError(.deadlineExceeded, "no reply in time")) { try first.wait() }
        server.answer("$4\r\nlate\r\n$4\r\nmine\r\n")
        #expect(try second.wait() == .string(Array("mine".utf8)))
    }

    @Test("a silent server is left and dialled again, and commands then work")
    func silentServer() throws {
        let server = EmbeddedServer.ready()
        let lost = server.connection.send(["GET", "a"], timeout: .milliseconds(100))
        server.loop.run()
        server.loop.advanceTime(by: .milliseconds(1100))
        #expect(throws: RedisError.self) { try lost.wait() }
        #expect(!server.connection.isReady)
        server.loop.advanceTime(by: .milliseconds(50))
        #expect(server.dials == 2)
        server.answer("+PONG\r\n")
        let command = server.connection.send(["GET", "b"], timeout: .milliseconds(100))
        server.loop.run()
        server.answer("$-1\r\n")
        #expect(try command.wait() == .null)
    }

    @Test("nonsense from the server fails what was asked and closes the socket")
    func nonsense() throws {
        let server = EmbeddedServer.ready()
        let asked = server.connection.send(["GET", "a"], timeout: .milliseconds(100))
        server.loop.run()
        server.answer("<html>")
        #expect(throws: RedisError.self) { try asked.wait() }
        #expect(!server.connection.isReady)
    }

    @Test("a wrong password leaves the connection unready and its commands refused")
    func wrongPassword() throws {
        let server = EmbeddedServer(handshake: [["AUTH", "x"], ["PING"]])
        let asked = server.connection.send(["GET", "a"], timeout: .milliseconds(100))
        server.loop.run()
        server.answer("-WRONGPASS invalid username-password pair\r\n-NOAUTH Authentication required.\r\n")
        let error = #expect(throws: RedisError.self) { try asked.wait() }
        #expect(error?.code == .unavailable)
        #expect(!server.connection.isReady)
    }

    @Test("a shutdown ends after the last reply")
    func shutdown() throws {
        let server = EmbeddedServer.ready()
        let asked = server.connection.send(["GET", "a"], timeout: .milliseconds(100))
        server.loop.run()
        let closed = server.connection.shutDown()
        server.loop.run()
        let refused = server.connection.send(["GET", "b"], timeout: .milliseconds(100))
        #expect(throws: RedisError.self) { try refused.wait() }
        server.answer("$1\r\nx\r\n")
        #expect(try asked.wait() == .string([120]))
        try closed.wait()
    }
}

/// The far end of a connection, with time and socket in the test's hand.
struct EmbeddedServer {
    /// `@unchecked Sendable`: an embedded event loop runs on the test's own thread.
    private final class Socket: @unchecked Sendable {
        let loop = EmbeddedEventLoop()
        var channel: EmbeddedChannel?
        var dials = 0

        func open(_ connection: RedisConnection) -> EventLoopFuture<any Channel> {
            dials += 1
            let channel = EmbeddedChannel(handler: RedisChannelHandler(connection: connection), loop: loop)
            self.channel = channel
            return loop.makeCompletedFuture {
                channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 6379), promise: nil)
                return channel
            }
        }
    }

    let connection: RedisConnection
    private let socket = Socket()

    var loop: EmbeddedEventLoop { socket.loop }
    var dials: Int { socket.dials }

    init(handshake: [[RedisArgument]] = [["PING"]]) {
        connection = RedisConnection(
            eventLoop: socket.loop, handshake: handshake, handshakeTimeout: .seconds(1), machine: .init(),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        ) { [socket] in socket.open($0) }
    }

    static func ready() -> EmbeddedServer {
        let server = EmbeddedServer()
        server.connection.activate()
        server.loop.run()
        _ = server.written()
        server.answer("+PONG\r\n")
        server.loop.advanceTime(by: .seconds(2))
        return server
    }

    func answer(_ text: String) {
        _ = try? socket.channel?.writeInbound(ByteBuffer(string: text))
        loop.run()
    }

    /// What was written since the last call, one string whatever the number of writes.
    func written() -> String {
        var text = ""
        while let buffer = try? socket.channel?.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }
}
