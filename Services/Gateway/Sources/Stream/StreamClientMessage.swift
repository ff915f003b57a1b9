import JSON
package import NIOCore

/// What a client says on its event stream.
package enum StreamClientMessage: Sendable, Hashable {
    /// `{"type": "auth", "token": …}`: who it is, or a newer token of the same user.
    case authentication(token: String)

    /// Nil for everything else. Members that are not known are ignored.
    package init?(_ text: ByteBuffer) {
        guard let message = (try? JSONValue(parsing: text.readableBytesView))?.object,
            message["type"]?.string == "auth", let token = message["token"]?.string, !token.isEmpty
        else { return nil }
        self = .authentication(token: token)
    }
}
