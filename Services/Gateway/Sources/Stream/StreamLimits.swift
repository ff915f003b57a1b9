/// What all event streams together may take of a gateway, and how long they wait for what.
package struct StreamLimits: Sendable, Hashable {
    package var webSocket = WebSocketLimits()
    /// Streams of this process.
    package var connections = 8_000
    /// Streams of one user in this process.
    package var connectionsOfUser = 20
    /// For the first message of a client that sent no token with its handshake.
    package var authentication = Duration.seconds(10)

    package init() {}
}
