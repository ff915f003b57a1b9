/// How the end of a message's body is told (RFC 9112 §6).
package enum BodyFraming: Sendable, Hashable {
    case none
    /// `Content-Length`, in bytes.
    case length(Int)
    case chunked
    /// The end of the connection; answers only.
    case untilClose

    package var hasBody: Bool {
        switch self {
        case .none, .length(0): false
        case .length, .chunked, .untilClose: true
        }
    }
}
