import NIOCore
import NIOPosix

/// A request that no HTTP client would send.
enum RawRequest {
    /// Sends bytes, and returns everything that comes until the server ends the connection.
    static func send(_ text: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { answer, request in
            try await request.write(ByteBuffer(string: text))
            var received = ByteBuffer()
            for try await part in answer { received.writeImmutableBuffer(part) }
            return String(buffer: received)
        }
    }
}
