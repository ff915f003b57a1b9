import NIOCore
import NIOPosix

/// One request to a process of this cluster, within two seconds unless more are given.
package enum LoopbackHTTP {
    package struct Answer: Sendable {
        package let status: Int
        package let body: String
    }

    /// - Parameters:
    ///   - content: the body and its media type.
    ///   - token: an access token.
    ///   - authorization: the value of the header of that name, in place of the token's.
    /// - Returns: `nil` when there is no answer, or none that can be read.
    package static func send(
        _ method: String, port: Int, path: String, content: (type: String, body: String)? = nil, token: String? = nil,
        authorization: String? = nil, within limit: Duration = .seconds(2)
    ) async -> Answer? {
        let authorization = authorization ?? token.map { "Bearer \($0)" }
        return await received(request(method, path, content, authorization), port, within: limit).flatMap(parse)
    }

    /// The body of a 200 to `GET`, as text; `nil` for any other answer.
    package static func text(port: Int, path: String) async -> String? {
        guard let text = await received(request("GET", path, nil, nil), port), parse(text)?.status == 200 else {
            return nil
        }
        return text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) }
    }

    private static func received(
        _ request: String, _ port: Int, within limit: Duration = .seconds(2)
    ) async -> String? {
        let answer = Latch<String?>()
        let asking = Task { answer.set(try? await ask(request, port)) }
        defer { asking.cancel() }
        return await answer.value(within: limit) ?? nil
    }

    private static func request(
        _ method: String, _ path: String, _ content: (type: String, body: String)?, _ authorization: String?
    ) -> String {
        let authorization = authorization.map { "Authorization: \($0)\r\n" } ?? ""
        let type = content.map { "Content-Type: \($0.type)\r\n" } ?? ""
        let body = content?.body ?? ""
        return
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(authorization)\(type)Content-Length: \(body.utf8.count)\r\n"
            + "Connection: close\r\n\r\n\(body)"
    }

    private static func ask(_ request: String, _ port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(1))
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request))
            var received = ByteBuffer()
            for try await part in inbound { received.writeImmutableBuffer(part) }
            return String(buffer: received)
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
