import Load
import LocalCluster
import NIOCore
import NIOPosix

/// Sends requests over one kept connection, one after the other, with the fields that our nginx adds.
struct SequentialClient {
    struct Request {
        let path: String
        let token: String
        /// Of the body of the 200 that is expected.
        let beginning: String
    }

    let port: Int

    /// - Throws: ``ClusterError`` at the first answer that is another.
    func send(_ requests: [Request]) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(30))
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            var received = inbound.makeAsyncIterator()
            var parser = AnswerParser()
            for request in requests {
                try await outbound.write(ByteBuffer(string: request.text))
                var answer = try parser.next()
                while answer == nil {
                    guard var bytes = try await received.next() else {
                        throw ClusterError("The process under valgrind closed its connection.")
                    }
                    parser.append(&bytes)
                    answer = try parser.next()
                }
                if let answer { try request.check(answer) }
            }
        }
    }
}

extension SequentialClient.Request {
    fileprivate var text: String {
        """
        GET \(path) HTTP/1.1\r
        Host: 127.0.0.1\r
        X-Request-Id: 0123456789abcdef0123456789abcdef\r
        X-Forwarded-For: 127.0.0.1\r
        X-Forwarded-Proto: http\r
        X-Forwarded-Host: 127.0.0.1\r
        Authorization: Bearer \(token)\r
        \r

        """
    }

    fileprivate func check(_ answer: HTTPAnswer) throws {
        let body = String(buffer: answer.body)
        guard answer.status == 200, body.hasPrefix(beginning) else {
            throw ClusterError("GET \(path) is answered by \(answer.status) and \(body.prefix(200)) under valgrind.")
        }
    }
}
