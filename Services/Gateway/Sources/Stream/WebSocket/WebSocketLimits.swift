/// What one WebSocket may take of a gateway.
package struct WebSocketLimits: Sendable, Hashable {
    /// The largest message that a client may send, in bytes.
    package var message = 16 * 1024
    /// How many frames a client may send a second, on average over a second.
    package var framesPerSecond = 100
    /// How much may wait for a client that does not take it, in bytes.
    package var pendingOutput = 512 * 1024
    /// How long a client may take to make room for more, once as much waits for it as the system likes to keep.
    package var outputTimeout = Duration.seconds(10)
    /// After how long a silence the client is asked for a sign of life.
    package var pingInterval = Duration.seconds(30)
    /// How long the client may take for that.
    package var pongTimeout = Duration.seconds(20)
    /// How long the client may take for its goodbye.
    package var closeTimeout = Duration.seconds(3)

    package init() {}
}
