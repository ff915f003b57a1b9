import FoundationEssentials
import NIOCore
import NIOPosix

/// Answers commands on the cluster's Unix socket: one line of JSON in, lines of progress and the answer out, and the
/// connection ends.
struct ControlServer: Sendable {
    private static let longestRequest = 65_536

    private let listener: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>
    private let answer: Answer

    /// Carries a command out, and says meanwhile how far it is.
    typealias Answer = @Sendable (ControlRequest, _ say: @escaping @Sendable (String) -> Void) async -> ControlReply

    /// Listens on the socket at `path`; whatever is there is replaced.
    init(path: String, answer: @escaping Answer) async throws {
        self.answer = answer
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
    }

    /// Serves until the task is cancelled.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            try await listener.executeThenClose { connections in
                for try await connection in connections {
                    // A client that goes away is its own affair.
                    group.addTask { try? await serve(connection) }
                }
            }
        }
    }

    private func serve(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var received = ByteBuffer()
            for try await part in inbound {
                received.writeImmutableBuffer(part)
                guard let end = received.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
                    if received.readableBytes > Self.longestRequest { return }
                    continue
                }
                let line = Data(received.readableBytesView[..<end])
                guard let request = try? JSONDecoder().decode(ControlRequest.self, from: line) else { return }
                try await answer(request, to: outbound)
                return
            }
        }
    }

    private func answer(_ request: ControlRequest, to outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws
    {
        let (lines, said) = AsyncStream<String>.makeStream()
        async let reply = {
            defer { said.finish() }
            return await answer(request) { said.yield($0) }
        }()
        for await line in lines {
            // Whoever has gone does not hear it; the command is carried out all the same.
            try? await write(ControlProgress(progress: line), to: outbound)
        }
        try await write(await reply, to: outbound)
    }

    private func write(
        _ message: some Encodable, to outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        try await outbound.write(ByteBuffer(bytes: try JSONEncoder().encode(message) + [UInt8(ascii: "\n")]))
    }
}
