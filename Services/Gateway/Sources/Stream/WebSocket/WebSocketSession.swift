/// What a WebSocket is for: takes its messages and sends others.
///
/// Everything is called on the connection's event loop.
package protocol WebSocketSession: AnyObject {
    /// The handshake is done. The session lets go of the connection in ``closed()``.
    func opened(_ connection: WebSocketConnection)

    func received(_ message: WebSocketMessage)

    /// Called a few times a second.
    ///
    /// - Parameters:
    ///   - tick: of the event loop.
    ///   - seconds: since 1970.
    func check(tick: UInt32, seconds: Int)

    /// The client takes bytes again.
    func becameWritable()

    /// The connection is gone, however it ended.
    func closed()
}
