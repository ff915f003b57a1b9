import NIOCore
import NIOPosix

/// One request to a process of this cluster, within two seconds.
enum LoopbackHTTP {
    struct Answer: Sendable {
        let status: Int
        let body: String
    }

    /// - Returns: `nil` when there is no answer, or none that can be read.
    static func send(_ method: String, port: Int, path: String) async -> Answer? {
        let answer = Latch<Answer?>()
        let asking = Task { answer.set(try? await ask(method, port, path)) }
        defer { asking.cancel() }
        return await answer.value(within: .seconds(2)) ?? nil
    }

    private static func ask(_ method: String, _ port: Int, _ path: String) async throws -> Answer? {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(1))
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            try await outbound.write(ByteBuffer(string: head))
            var received = ByteBuffer()
            for try await part in inbound { received.writeImmutableBuffer(part) }
            return parse(String(buffer: received))
        }
    }

    /// The status, and of the body what lies between the outermost braces.
    static func parse(_ text: String) -> Answer? {
        let words = text.prefix { $0 != "\r\n" && $0 != "\n" }.split(separator: " ")
        guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { return nil }
        guard let start = text.firstIndex(of: "{"), let end = text.lastIndex(of: "}"), start < end else {
            return Answer(status: status, body: "")
        }
        return Answer(status: status, body: String(text[start...end]))
    }
}
