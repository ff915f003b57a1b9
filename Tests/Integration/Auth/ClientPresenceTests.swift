import Auth
import NIOCore
import NIOPosix
import TestSupport
import Testing

@Suite("Work for clients that go away")
struct ClientPresenceTests {
    /// A connection over loopback: the server's end and the client's.
    private func withConnection(_ body: (any Channel, any Channel) async throws -> Void) async throws {
        let (accepted, announce) = AsyncStream<any Channel>.makeStream()
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                announce.yield(channel)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(server.localAddress)
        let client = try await ClientBootstrap(group: group).connect(to: address).get()
        // Somebody else may have connected to the port, which was another test's a moment ago.
        for await channel in accepted where channel.remoteAddress == client.localAddress {
            try await body(channel, client)
            break
        }
        try? await client.close()
        try await server.close()
    }

    @Test("an operation whose client closes the connection is cancelled")
    func cancelled() async throws {
        try await withConnection { channel, client in
            let (cancellations, note) = AsyncStream<Bool>.makeStream()
            let operation = Task {
                try await whileClientWaits(on: channel) {
                    try? await Task.sleep(for: .seconds(60))
                    note.yield(Task.isCancelled)
                }
            }
            let isWatched = try await eventually { await hasPresenceHandler(channel) }
            #expect(isWatched)
            try await client.close()
            for await isCancelled in cancellations {
                #expect(isCancelled)
                break
            }
            await #expect(throws: ClientGone.self) { try await operation.value }
        }
    }

    @Test("an operation whose client waits is finished, and the connection is as it was before")
    func finished() async throws {
        try await withConnection { channel, _ in
            for number in 0..<3 {
                let result = try await whileClientWaits(on: channel) { number }
                #expect(result == number)
                let isGone = try await eventually { await !hasPresenceHandler(channel) }
                #expect(isGone)
            }
            #expect(channel.isActive)
        }
    }

    private func hasPresenceHandler(_ channel: any Channel) async -> Bool {
        (try? await channel.pipeline.containsHandler(name: "client-presence").get()) != nil
    }
}
