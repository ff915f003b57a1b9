package import NIOCore

/// One whole message, whatever frames it came in.
package enum WebSocketMessage: Sendable, Hashable {
    /// Valid UTF-8.
    case text(ByteBuffer)
    case binary(ByteBuffer)
}
