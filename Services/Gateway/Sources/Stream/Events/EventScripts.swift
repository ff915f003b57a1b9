package import Events
package import Redis

/// The scripts by which a gateway reads the stream: each answer is of one moment.
package enum EventScripts {
    /// What is new, and whether the stream still is the one that was read before.
    ///
    /// An entry is found again only in a stream that has lost nothing since: not by `FLUSHALL`, nor by a restart without
    /// its last second, nor by its own bound. Where it is not found, the newest entries begin anew; a stream that is not
    /// there, or that a group of consumers has made and nobody has written to, gets a first entry, so that there is always one to go on from.
    ///
    /// Takes the stream's key; the last entry or nothing, and how many entries are wanted.
    package static let follow = RedisScript(
        """
        if ARGV[1] ~= '' and #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 1 then
          return {1, redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])}
        end
        if redis.call('XLEN', KEYS[1]) == 0 then redis.call('XADD', KEYS[1], '*', 'start', '1') end
        return {0, redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', ARGV[2])}
        """)

    /// One user's events after an entry, among the next ones.
    ///
    /// Takes the stream's key; the entry, the user, and how many entries are looked at.
    package static let catchUp = RedisScript(
        """
        if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then return {0} end
        local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[3])
        local found, last = {}, ARGV[1]
        for _, entry in ipairs(entries) do
          last = entry[1]
          if entry[2][2] == ARGV[2] then found[#found + 1] = entry end
        end
        return {1, last, #entries, found}
        """)

    /// What ``follow`` tells.
    package enum News: Sendable, Hashable {
        /// What follows the last entry; `newest` is the last one read, nil when there is nothing new.
        case more([StreamEvent], newest: EventID?, isFull: Bool)
        /// The last entry is not there: the newest ones, of which the first is `oldest`.
        case beginning([StreamEvent], oldest: EventID, newest: EventID)
    }

    /// - Throws: `RedisError` when the answer is of another form.
    package static func news(_ reply: RedisReply, wanted: Int) throws(RedisError) -> News {
        guard let parts = reply.elements, parts.count == 2, let isKnown = parts[0].integerValue,
            var entries = parts[1].elements
        else { throw unreadable }
        if isKnown == 0 { entries.reverse() }
        let (events, ids) = try read(entries)
        if isKnown == 1 { return .more(events, newest: ids.last, isFull: entries.count >= wanted) }
        guard let oldest = ids.first, let newest = ids.last else { throw unreadable }
        return .beginning(events, oldest: oldest, newest: newest)
    }

    /// What ``catchUp`` tells; nil when the entry is not there any more.
    package struct Page: Sendable, Hashable {
        package let events: [StreamEvent]
        /// The last entry that was looked at.
        package let last: EventID
        /// Whether there was no further entry.
        package let isEnd: Bool

        package init(events: [StreamEvent], last: EventID, isEnd: Bool) {
            self.events = events
            self.last = last
            self.isEnd = isEnd
        }
    }

    /// - Throws: `RedisError` when the answer is of another form.
    package static func page(_ reply: RedisReply, wanted: Int) throws(RedisError) -> Page? {
        guard let parts = reply.elements, let isKnown = parts.first?.integerValue else { throw unreadable }
        guard isKnown == 1 else { return nil }
        guard parts.count == 4, let last = parts[1].stringValue.flatMap({ EventID($0) }),
            let count = parts[2].integerValue, let entries = parts[3].elements
        else { throw unreadable }
        return Page(events: try read(entries).events, last: last, isEnd: count < wanted)
    }

    private static func read(
        _ entries: [RedisReply]
    ) throws(RedisError) -> (events: [StreamEvent], ids: [EventID]) {
        var (events, ids) = ([StreamEvent](), [EventID]())
        for entry in entries {
            let (id, event) = try EventStream.read(entry: entry)
            ids.append(id)
            if let event { events.append(StreamEvent(id: id, event: event)) }
        }
        return (events, ids)
    }

    private static let unreadable = RedisError(.protocolViolation, "the events are of another form")
}
