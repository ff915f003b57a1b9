package import Redis

/// The Redis Stream through which services tell gateways what happened, and how an event is written in it.
package struct EventStream: Sendable, Hashable {
    package let key: String

    /// - Parameter name: of the setting `EVENTS_NAME`. The braces keep the keys of one name together in a Redis Cluster.
    package init(name: String) { key = "{\(name)}:stream" }

    /// The key that says how far a publisher has come.
    package func progress(of publisher: String) -> String { "\(key):publisher:\(publisher)" }

    /// Appends events that are numbered by their publisher, but for those that it has appended before: a publisher whose
    /// answer was lost asks again, and Redis may carry out both.
    ///
    /// Takes the keys of the stream and of the publisher's progress, and ``arguments(_:first:retained:)``. In an entry the
    /// user stands first, where the scripts that read look for it.
    package static let append = RedisScript(
        """
        local done, number = tonumber(redis.call('GET', KEYS[2]) or '0'), tonumber(ARGV[1])
        for i = 3, #ARGV, 3 do
          if number > done then
            redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*',
              'user', ARGV[i], 'type', ARGV[i + 1], 'data', ARGV[i + 2])
          end
          number = number + 1
        end
        if number - 1 > done then redis.call('SET', KEYS[2], number - 1, 'EX', 86400) end
        return redis.status_reply('OK')
        """)

    /// - Parameters:
    ///   - first: the number of the first event.
    ///   - retained: how many events the stream keeps, about; it lets go of the oldest.
    package static func arguments(_ events: [UserEvent], first: Int, retained: Int) -> [RedisArgument] {
        [.integer(first), .integer(retained)]
            + events.flatMap { event -> [RedisArgument] in
                [.integer(event.userID), .string(event.kind.rawValue), .bytes(event.data)]
            }
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
