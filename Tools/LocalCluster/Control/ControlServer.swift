import FoundationEssentials
import NIOCore
import NIOPosix

/// Answers commands on the cluster's Unix socket: one line of JSON in, one line out, and the connection ends.
struct ControlServer: Sendable {
    private static let longestRequest = 65_536

    private let listener: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>
    private let answer: @Sendable (ControlRequest) async -> ControlReply

    /// Listens on the socket at `path`; whatever is there is replaced.
    init(path: String, answer: @escaping @Sendable (ControlRequest) async -> ControlReply) async throws {
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
                let reply = try JSONEncoder().encode(await answer(request))
                try await outbound.write(ByteBuffer(bytes: reply + [UInt8(ascii: "\n")]))
                return
            }
        }
    }
}
