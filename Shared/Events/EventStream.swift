package import Redis

/// The Redis Stream through which services tell gateways what happened, and how an event is written in it.
package struct EventStream: Sendable, Hashable {
    package let key: String

    /// - Parameter name: of the setting `EVENTS_NAME`. The braces keep the keys of one name together in a Redis Cluster.
    package init(name: String) { key = "{\(name)}:stream" }

    /// Whose turn it is to append: the number that ``take`` gave out last.
    package var turnKey: String { "\(key):turn" }

    /// The keys of the events that were appended last.
    package var appendedKey: String { "\(key):appended" }

    /// Takes the turn: from here on nothing is appended under an earlier one, however late it comes.
    package var take: [RedisArgument] { ["INCR", .string(turnKey)] }

    /// Appends events, but for those that were appended before: a publisher whose answer was lost asks again, and another
    /// one asks for what was left behind by one that died.
    ///
    /// A publisher that was suspended, or whose command was under way for long, is too late: its turn is over, and nothing
    /// is appended. Takes ``keys`` and ``arguments(_:turn:retained:)``. In an entry the user stands first, where the
    /// scripts that read look for it.
    package static let append = RedisScript(
        """
        if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
        for i = 3, #ARGV, 4 do
          if redis.call('ZADD', KEYS[3], ARGV[1], ARGV[i]) == 1 then
            redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*',
              'user', ARGV[i + 1], 'type', ARGV[i + 2], 'data', ARGV[i + 3])
          end
        end
        redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -10001)
        return 1
        """)

    package var keys: [String] { [key, turnKey, appendedKey] }

    /// - Parameters:
    ///   - turn: as ``take`` was answered.
    ///   - retained: how many events the stream keeps, about; it lets go of the oldest.
    package static func arguments(_ events: [PendingEvent], turn: Int, retained: Int) -> [RedisArgument] {
        [.integer(turn), .integer(retained)]
            + events.flatMap { event -> [RedisArgument] in
                [.string(event.key), .integer(event.userID), .string(event.kind), .bytes(event.data)]
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
