import FoundationEssentials
import NIOCore
import NIOPosix

/// Talks to the supervisor of a cluster.
package struct ControlClient: Sendable {
    private let path: String

    package init(_ layout: ClusterLayout) { path = layout.controlSocket }

    /// The supervisor's answer; `nil` when none runs.
    ///
    /// - Parameter progress: told each line that comes before the answer.
    package func send(
        _ request: ControlRequest, progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> ControlReply? {
        guard let channel = try? await connect() else { return nil }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: try JSONEncoder().encode(request) + [UInt8(ascii: "\n")]))
            var received = Data()
            for try await part in inbound {
                received.append(contentsOf: part.readableBytesView)
                while let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Data(received[..<end])
                    received = Data(received[received.index(after: end)...])
                    guard let said = try? JSONDecoder().decode(ControlProgress.self, from: line) else {
                        return try JSONDecoder().decode(ControlReply.self, from: line)
                    }
                    progress(said.progress)
                }
            }
            return nil
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
