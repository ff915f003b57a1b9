/// One request of the load, and what came of it.
package struct DrillRequest: Hashable, Sendable {
    package enum Kind: String, Codable, Hashable, Sendable {
        /// `GET` of the list of strategies.
        case read
        /// `POST` of a strategy under an `Idempotency-Key`: repeated until it is acknowledged.
        case write
        /// A login, with a wrong password.
        case login
    }

    package enum Outcome: Hashable, Sendable {
        case answered
        /// Another status than is right, with the code of the body; `canRetry` is whether it carried `Retry-After`.
        case refused(status: Int, code: String, canRetry: Bool)
        /// No whole answer.
        case cut(String)

        /// As the table has it: `503 database_unavailable`.
        var failure: String? {
            switch self {
            case .answered: nil
            case .refused(let status, let code, let canRetry):
                "\(status)\(code.isEmpty ? "" : " \(code)")\(status == 503 && !canRetry ? " without Retry-After" : "")"
            case .cut(let reason): reason
            }
        }
    }

    package let kind: Kind
    package let outcome: Outcome
    /// How long it took.
    package let duration: Duration

    package init(kind: Kind, outcome: Outcome, duration: Duration) {
        self.kind = kind
        self.outcome = outcome
        self.duration = duration
    }
}
