package import Redis

/// The Redis Stream through which services tell gateways what happened, and how an event is written in it.
package struct EventStream: Sendable, Hashable {
    package let key: String

    /// - Parameter name: of the setting `EVENTS_NAME`. The braces keep the keys of one name together in a Redis Cluster.
    package init(name: String) { key = "{\(name)}:stream" }

    /// The command that appends an event.
    ///
    /// The user stands first, where the scripts that read look for it.
    ///
    /// - Parameter retained: how many events the stream keeps, about; it lets go of the oldest.
    package func append(_ event: UserEvent, retained: Int) -> [RedisArgument] {
        [
            "XADD", .string(key), "MAXLEN", "~", .integer(retained), "*",
            "user", .integer(event.userID), "type", .string(event.kind.rawValue), "data", .bytes(event.data),
        ]
    }

    /// Reads one entry.
    ///
    /// - Returns: the event is nil for an entry that is none, such as the one that marks a stream's beginning, and for a
    ///   kind that a newer release has added.
    /// - Throws: `RedisError` when it is no entry of a stream.
    package static func read(entry: RedisReply) throws(RedisError) -> (id: EventID, event: UserEvent?) {
        guard let parts = entry.elements, parts.count == 2, let id = parts[0].stringValue.flatMap({ EventID($0) }),
            let fields = parts[1].elements
        else { throw RedisError(.protocolViolation, "the events are of another form") }
        guard fields.count == 6, let userID = fields[1].integerValue,
            let kind = fields[3].stringValue.flatMap(UserEvent.Kind.init(rawValue:)), case .string(let data) = fields[5]
        else { return (id, nil) }
        return (id, UserEvent(userID: userID, kind: kind, data: data))
    }
}
