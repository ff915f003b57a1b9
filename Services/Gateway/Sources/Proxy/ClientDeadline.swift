/// Until when a client connection may go on waiting, and for what.
struct ClientDeadline {
    enum Reason {
        case requestHead, keepAlive, admission, connection, requestBody, upstreamTakesBody, answerHead, answerBody
        /// The last answer's bytes leave; then the client has to end the connection.
        case lastAnswer, goodbye
    }

    private(set) var reason = Reason.requestHead
    private(set) var tick: UInt32
    /// Bytes of the request body since the deadline was last put off.
    private var bodyBytes = 0

    /// A sender that is slower than this many bytes in the time for a piece of body is cut off.
    private static let bodyPiece = 4096

    /// A new connection has to send a request head.
    init(tick: UInt32) { self.tick = tick }

    /// Puts the deadline off when the reason is a new one, or when what it waits for goes on.
    mutating func wait(for reason: Reason, until tick: UInt32, progress: Bool) {
        let isPutOff =
            switch reason {
            case .requestBody: bodyBytes >= Self.bodyPiece
            case .answerBody, .upstreamTakesBody: progress
            default: false
            }
        guard reason != self.reason || isPutOff else { return }
        self.reason = reason
        self.tick = tick
        bodyBytes = 0
    }

    mutating func received(_ count: Int) { bodyBytes += count }

    func hasPassed(at now: UInt32) -> Bool { Int32(bitPattern: now &- tick) >= 0 }
}
