import FoundationEssentials
import NIOCore
import NIOPosix

/// Talks to the supervisor of a cluster.
package struct ControlClient: Sendable {
    private let path: String

    package init(_ layout: ClusterLayout) { path = layout.controlSocket }

    /// The supervisor's answer; `nil` when none runs.
    package func send(_ request: ControlRequest) async throws -> ControlReply? {
        guard let channel = try? await connect() else { return nil }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: try JSONEncoder().encode(request) + [UInt8(ascii: "\n")]))
            var received = Data()
            for try await part in inbound { received.append(contentsOf: part.readableBytesView) }
            guard !received.isEmpty else { return nil }
            return try JSONDecoder().decode(ControlReply.self, from: received)
        }
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(2))
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
    }
}
