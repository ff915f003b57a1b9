package import Events
import NIOHTTP1

/// From where a client wants its events.
package enum StreamResumption: Sendable, Hashable {
    /// From now on.
    case none
    /// From after the last one that it has seen.
    case after(EventID)
    /// From after something that is no event: it has to read everything again.
    case unknown

    /// `?last_event_id=`, or the field `Last-Event-ID` of those that can set one.
    package init(_ request: RequestHead) {
        let query = request.target.text.utf8.dropFirst(request.target.pathLength + 1)
        let name = "last_event_id="
        for pair in Substring(query).split(separator: "&") where pair.hasPrefix(name) {
            self.init(text: pair.dropFirst(name.count))
            return
        }
        if let field = request.fields.first(name: "Last-Event-ID") {
            self.init(text: Substring(field))
        } else {
            self = .none
        }
    }

    private init(text: Substring) { self = EventID(text).map { .after($0) } ?? .unknown }
}
