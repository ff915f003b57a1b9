package import Redis

/// The one script that a process asks Redis by: state and new entries of one moment.
package enum RevocationQuestion {
    /// Entries in one answer.
    package static let pageSize = 512

    /// Takes the state's and the stream's key; the asker's generation, its last number and how many entries it wants.
    package static let script = RedisScript(
        """
        local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
        local state = redis.call('HMGET', KEYS[1], 'generation', 'floor', 'run', 'sequence', 'read_after', 'highest')
        if not state[1] then return {run} end
        local from = tonumber(state[2])
        if state[1] == ARGV[1] then from = math.max(from, ARGV[2] + 1) end
        local entries = redis.call('XRANGE', KEYS[2], string.format('%.0f-0', from), '+', 'COUNT', ARGV[3])
        return {run, state[1], state[2], state[3], state[4], state[5], state[6], entries}
        """)

    package static func arguments(_ position: RevocationFeed.Position) -> [RedisArgument] {
        [.string(position.generation?.description ?? ""), .integer(position.last), .integer(pageSize)]
    }

    /// Nil when Redis has no stream.
    ///
    /// - Throws: `RedisError` when the answer is of another form.
    package static func answer(_ reply: RedisReply) throws(RedisError) -> RevocationStreamAnswer? {
        guard let parts = reply.elements, let run = parts.first?.stringValue else { throw unreadable }
        if parts.count == 1 { return nil }
        guard parts.count == 8, let generation = parts[1].stringValue.flatMap(RevocationGeneration.init),
            let floor = parts[2].integerValue, let beatRun = parts[3].stringValue,
            let sequence = parts[4].integerValue, let readAfter = parts[5].integerValue,
            let highest = parts[6].integerValue, let list = parts[7].elements
        else { throw unreadable }
        let entries = list.compactMap(Revocation.init(entry:))
        guard entries.count == list.count else { throw unreadable }
        return RevocationStreamAnswer(
            generation: generation, run: run,
            beat: .init(run: beatRun, sequence: sequence, readAfter: readAfter, highest: highest), floor: floor,
            entries: entries, isFull: entries.count >= pageSize)
    }

    private static let unreadable = RedisError(.protocolViolation, "the revocations are of another form")
}

extension Revocation {
    /// An entry of the stream: its id `NUMBER-0`, and its fields in the order in which they are written.
    fileprivate init?(entry: RedisReply) {
        guard let parts = entry.elements, parts.count == 2,
            let number = parts[0].stringValue?.split(separator: "-").first.flatMap({ Int($0) }),
            let fields = parts[1].elements, fields.count == 8, let kind = fields[1].stringValue,
            let name = fields[3].stringValue, let expiresAt = fields[7].integerValue,
            let subject = Subject(kind: kind, name: name, epoch: fields[5].integerValue)
        else { return nil }
        self.init(number: number, subject: subject, expiresAt: expiresAt)
    }
}
