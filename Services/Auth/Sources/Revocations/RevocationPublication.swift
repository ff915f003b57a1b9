package import Authentication
package import Redis

/// The one script by which Auth tells Redis what PostgreSQL has: entries, keys with a lifetime, and the beat.
///
/// It may be run by any number of instances at once, with what each has read, old or new: an entry is written once and in
/// its order, and nothing goes back.
package enum RevocationPublication {
    /// What Redis answered to the last publication of this process; the next one says so.
    package struct Seen: Sendable, Equatable {
        package let generation: RevocationGeneration
        package let run: String
        /// The beat that was written.
        package let sequence: Int
        /// The last number in the stream.
        package let last: Int
    }

    package enum Outcome: Sendable, Equatable {
        case published(Seen)
        /// Nothing was written: Redis lacks what comes after this number.
        case lacksAfter(Int)
        /// Nothing was written: the stream is of a later primary than the one that was read.
        case superseded
    }

    /// - Parameters:
    ///   - page: of PostgreSQL, read after `seen` had been answered.
    ///   - number: what the page was asked after.
    ///   - fresh: the generation that a rebuilt stream gets.
    ///   - refused: a generation that is wrong and has to be rebuilt.
    package static func arguments(
        _ page: RevocationPage, after number: Int, seen: Seen?, fresh: RevocationGeneration,
        refused: RevocationGeneration?, keys: RevocationKeys
    ) -> [RedisArgument] {
        var arguments: [RedisArgument] = [
            .integer(page.epoch), .integer(page.highest), .integer(page.floor), .string(fresh.description),
            .string(refused?.description ?? ""), .integer(number), .string(seen?.generation.description ?? ""),
            .string(seen?.run ?? ""), .integer(seen?.sequence ?? 0),
        ]
        for revocation in page.revocations {
            let subject = revocation.subject
            arguments += [
                .string(keys.key(of: subject)), .string(subject.kind), .string(subject.name),
                .string(subject.epoch.map(String.init) ?? ""), .integer(revocation.expiresAt),
            ]
        }
        return arguments
    }

    /// - Throws: `RedisError` when the answer is of another form.
    package static func outcome(_ reply: RedisReply) throws(RedisError) -> Outcome {
        let parts = reply.elements ?? []
        switch (parts.first?.stringValue, parts.count) {
        case ("published", 5):
            if let generation = parts[1].stringValue.flatMap(RevocationGeneration.init),
                let run = parts[2].stringValue, let sequence = parts[3].integerValue,
                let last = parts[4].integerValue
            {
                return .published(Seen(generation: generation, run: run, sequence: sequence, last: last))
            }
        case ("lacks_after", 2):
            if let last = parts[1].integerValue { return .lacksAfter(last) }
        case ("superseded", 1): return .superseded
        default: break
        }
        throw RedisError(.protocolViolation, "the publication was answered with something else")
    }

    // The stream holds every number from its floor to the last one: a stream of another length has lost entries. Only
    // what is whole is appended to; all else is built again, under a new generation.
    package static let script = RedisScript(
        """
        local epoch, highest, floor = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
        local fresh, refused, after = ARGV[4], ARGV[5], tonumber(ARGV[6])
        local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
        local state = redis.call('HMGET', KEYS[1],
          'generation', 'epoch', 'floor', 'last', 'highest', 'run', 'sequence', 'read_after')
        local generation, first, last = state[1], tonumber(state[3]), tonumber(state[4])
        local sequence, read_after = 0, 0
        local function text(number) return string.format('%.0f', number) end

        if generation and tonumber(state[2]) > epoch then return {'superseded'} end
        local is_whole = generation and generation ~= refused and tonumber(state[2]) == epoch
          and redis.call('XLEN', KEYS[2]) == last - first + 1
        if is_whole then
          if after > last and floor <= after then return {'lacks_after', last} end
          highest = math.max(highest, tonumber(state[5]))
          sequence = tonumber(state[7])
          if state[6] == run then read_after = tonumber(state[8]) end
        else
          if after >= floor then return {'lacks_after', floor - 1} end
          redis.call('DEL', KEYS[1], KEYS[2])
          generation, first, last = fresh, floor, floor - 1
        end

        last = math.max(last, floor - 1)
        local number = math.max(after, floor - 1)
        for i = 10, #ARGV, 5 do
          number = number + 1
          if number > last then
            local key, kind, name, below, expires = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
            redis.call('XADD', KEYS[2], text(number) .. '-0',
              'kind', kind, 'name', name, 'epoch', below, 'expires_at', expires)
            local value = text(number)
            if below ~= '' then value = text(math.max(tonumber(below), tonumber(redis.call('GET', key) or 0))) end
            redis.call('SET', key, value, 'EXAT', expires)
            last = number
          end
        end
        if floor > first then
          redis.call('XTRIM', KEYS[2], 'MINID', '=', text(floor) .. '-0')
          first = floor
        end

        if ARGV[7] == generation and ARGV[8] == run then read_after = math.max(read_after, tonumber(ARGV[9])) end
        sequence = sequence + 1
        redis.call('HSET', KEYS[1], 'generation', generation, 'epoch', text(epoch), 'floor', text(first),
          'last', text(last), 'highest', text(highest), 'run', run, 'sequence', text(sequence),
          'read_after', text(read_after))
        return {'published', generation, run, sequence, last}
        """)
}
