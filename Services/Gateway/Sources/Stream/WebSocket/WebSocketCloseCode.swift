/// Why a WebSocket ends (RFC 6455 §7.4).
package struct WebSocketCloseCode: Sendable, Hashable {
    package let number: UInt16

    package init(_ number: UInt16) { self.number = number }

    package static let normal = WebSocketCloseCode(1000)
    package static let protocolError = WebSocketCloseCode(1002)
    package static let unacceptableData = WebSocketCloseCode(1003)
    package static let invalidText = WebSocketCloseCode(1007)
    package static let policyViolation = WebSocketCloseCode(1008)
    package static let messageTooLarge = WebSocketCloseCode(1009)
    /// The server restarts: connect again, and another instance will answer.
    package static let serviceRestart = WebSocketCloseCode(1012)
    package static let tryAgainLater = WebSocketCloseCode(1013)
    // Of our own, from the range for private use, after the HTTP status that means the same.
    /// The session has ended, or never began.
    package static let unauthorized = WebSocketCloseCode(4401)
    /// The client takes its messages too slowly.
    package static let tooSlow = WebSocketCloseCode(4408)
    /// A limit is used up.
    package static let tooManyRequests = WebSocketCloseCode(4429)

    /// Whether an endpoint may send the code: what is assigned, and the ranges for libraries and private use (§7.4.2).
    package var maySend: Bool {
        switch number {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
