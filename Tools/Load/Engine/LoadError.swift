/// Why a request counts as an error; its text is the kind by which errors are counted.
package enum LoadError: Error, Hashable, CustomStringConvertible {
    /// Another status than the one of success, with the API's code where the body has one.
    case status(Int, code: String?)
    /// The right status, and what is wrong with the body.
    case wrongBody(String)
    case malformedAnswer
    case connectionFailed
    case connectionClosed
    case timedOut
    /// A stream was refused, with this status, or ended in the middle of the run.
    case streamRefused(Int)
    case streamEnded
    /// A stream's message that is none of this user's events.
    case wrongEvent
    case eventMissing
    /// No connection was free within the time that a request may take.
    case notSent

    package var description: String {
        switch self {
        case .status(let status, let code): "status \(status)" + (code.map { " \($0)" } ?? "")
        case .wrongBody(let what): "wrong body: \(what)"
        case .malformedAnswer: "no HTTP answer"
        case .connectionFailed: "connection failed"
        case .connectionClosed: "connection closed before the answer"
        case .timedOut: "no answer in time"
        case .streamRefused(let status): "stream refused with status \(status)"
        case .streamEnded: "stream ended"
        case .wrongEvent: "wrong event"
        case .eventMissing: "event not delivered"
        case .notSent: "not sent in time: no connection was free"
        }
    }
}
