import JSON

/// Events of changes that a load test made: whose they are, and when those were sent.
package enum EventCheck {
    private static let prefix = "Changed by a load test at "

    /// - Parameter now: in nanoseconds of a clock that only this process reads.
    static func description(at now: Int64) -> String { "\(prefix)\(now)." }

    package enum Kind: Hashable {
        /// A change of this run, sent at this moment.
        case change(sent: Int64)
        /// Another event of the user's.
        case other
        case wrong
    }

    /// - Parameter message: a text message of the stream of this user.
    package static func kind(_ message: some Collection<UInt8>, of userID: Int) -> Kind {
        guard let event = (try? JSONValue(parsing: message))?.object, let type = event["type"]?.string else {
            return .wrong
        }
        guard type.hasPrefix("strategy."), type != "strategy.deleted" else { return .other }
        guard let strategy = event["data"]?.object, strategy["user_id"]?.integer == userID else { return .wrong }
        guard type == "strategy.changed", let text = strategy["description"]?.string, text.hasPrefix(prefix),
            let sent = Int64(text.dropFirst(prefix.count).dropLast())
        else { return .other }
        return .change(sent: sent)
    }
}
