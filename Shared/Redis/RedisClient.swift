package import Logging
package import NIOCore
import ServiceLifecycle

/// A Redis server, over one connection for each event loop of a group.
///
/// Commands pipeline by themselves: all that one event loop sends in one tick goes out in one write.
/// A connection opens on first use, or in `run()` for all of them, and dials again by itself when it is lost; where there
/// are Sentinels, to whomever they call the master then.
package final class RedisClient: Service, Sendable {
    private let connections: [RedisConnection]
    private let byEventLoop: [ObjectIdentifier: RedisConnection]
    private let eventLoopGroup: any EventLoopGroup
    private let commandDeadline: TimeAmount
    private let probeInterval = Duration.seconds(2)

    package init(configuration: RedisConfiguration, eventLoopGroup: any EventLoopGroup, logger: Logger) {
        let dialer = RedisDialer(configuration: configuration)
        var limits = RedisConnection.Machine.Limits()
        limits.pending = configuration.maximumPendingCommands
        limits.grace = max(.seconds(1), TimeAmount(configuration.commandDeadline))
        self.eventLoopGroup = eventLoopGroup
        self.commandDeadline = TimeAmount(configuration.commandDeadline)
        self.connections = eventLoopGroup.makeIterator().map { eventLoop in
            RedisConnection(
                eventLoop: eventLoop, handshake: configuration.handshake,
                handshakeTimeout: TimeAmount(configuration.connectTimeout),
                machine: RedisConnection.Machine(limits: limits),
                leavesReplicas: configuration.sentinels != nil, logger: logger
            ) { dialer.dial(for: $0) }
        }
        self.byEventLoop = Dictionary(connections.map { (ObjectIdentifier($0.eventLoop), $0) }) { first, _ in first }
    }

    /// Nobody can use the connections any more: they close instead of dialling for ever.
    deinit {
        for connection in connections { _ = connection.shutDown() }
    }

    /// Whether a command can be sent at once on whichever event loop it comes from: every connection is open, and signed
    /// in. One that is missing fails the commands of its event loop, and with them a part of all requests.
    package var isReady: Bool { connections.allSatisfy { $0.isReady } }

    /// Commands since the start, over all connections.
    package var commandCount: Int { connections.reduce(0) { $0 + $1.commandCount } }

    /// Opens the connections and asks each for a sign of life every two seconds, until the service shuts down.
    package func run() async throws {
        for connection in connections { connection.activate() }
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: self.probeInterval)
                for connection in self.connections { _ = connection.send(["PING"], timeout: self.commandDeadline) }
            }
        }
        for connection in connections { try? await connection.shutDown().get() }
    }

    /// Sends one command and waits for its reply, for `deadline` at most.
    ///
    /// - Throws: `RedisError`; an error reply of the server is `.server`.
    package func send(
        _ arguments: [RedisArgument], deadline: Duration? = nil
    ) async throws(RedisError) -> RedisReply {
        try await reply(send(arguments, on: eventLoopGroup.any(), deadline: deadline))
    }

    /// Sends one command over the event loop's own connection: no hop and no task when called on that loop.
    package func send(
        _ arguments: [RedisArgument], on eventLoop: any EventLoop, deadline: Duration? = nil
    ) -> EventLoopFuture<RedisReply> {
        let timeout = deadline.map { TimeAmount($0) } ?? commandDeadline
        if let connection = byEventLoop[ObjectIdentifier(eventLoop)] {
            return connection.send(arguments, timeout: timeout)
        }
        guard let connection = connections.randomElement() else {
            return eventLoop.makeFailedFuture(RedisError(.unavailable, "no event loop"))
        }
        return connection.send(arguments, timeout: timeout).hop(to: eventLoop)
    }

    func reply(_ future: EventLoopFuture<RedisReply>) async throws(RedisError) -> RedisReply {
        do {
            return try await future.get()
        } catch {
            throw RedisError(wrapping: error)
        }
    }
}
