import Events
import Gateway
import Logging
import NIOCore
import NIOPosix
import Redis
import Synchronization
import TestSupport
import Testing

@Suite("Events in Redis", .enabled(if: RedisUnderTest.isGiven))
struct EventReaderTests {
    /// A stream of the test's own, a publisher, and a gateway's hub that reads it.
    private struct Reading {
        let redis: RedisClient
        let stream: EventStream
        let retained: Int
        let hub: EventHub
        let reader: EventReader
        let batches: Batches

        /// Appends one event, as the only publisher.
        func publish(_ user: Int, _ text: String) async throws {
            let turn = try await redis.send(stream.take).integerValue ?? 0
            let isAppended = try await append(["\(turn)"], user: user, texts: [text], turn: turn)
            #expect(isAppended)
        }

        func append(_ keys: [String], user: Int = 1, texts: [String], turn: Int) async throws -> Bool {
            let events = zip(keys, texts).map { key, text in
                PendingEvent(key: key, userID: user, kind: "strategy.changed", data: Array("\"\(text)\"".utf8))
            }
            let reply = try await redis.evaluate(
                EventStream.append, keys: stream.keys,
                arguments: EventStream.arguments(events, turn: turn, retained: retained))
            return reply.integerValue == 1
        }

        /// What was told of one user, as the text of each event.
        func texts(_ user: Int) -> [String] {
            batches.events.filter { $0.userID == user }.map(EventReaderTests.text)
        }

        func missed(_ user: Int, after id: EventID) async throws -> EventScripts.Page? {
            try await reader.catchUp(after: id, userID: user, on: MultiThreadedEventLoopGroup.singleton.any()).get()
        }
    }

    private final class Batches: Sendable {
        private let all = Mutex<[EventHub.Batch]>([])

        func add(_ batch: EventHub.Batch) { all.withLock { $0.append(batch) } }

        var events: [StreamEvent] {
            all.withLock { $0 }.flatMap { batch -> [StreamEvent] in
                if case .events(let events, _) = batch { return events }
                return []
            }
        }

        var losses: Int {
            all.withLock { $0 }.count { batch in
                if case .lost = batch { return true }
                return false
            }
        }
    }

    private static func text(_ event: StreamEvent) -> String {
        String(buffer: event.frame).split(separator: "\"").last { !$0.hasPrefix("}") }.map(String.init) ?? ""
    }

    private func withReading(
        retained: Int = 1000, mayTell: @escaping @Sendable () -> Bool = { true },
        _ body: (Reading) async throws -> Void
    ) async throws {
        try await RedisUnderTest().withClient { redis in
            let stream = EventStream(name: "test-\(UInt64.random(in: 0 ... .max))")
            let (hub, batches) = (EventHub(), Batches())
            let group = MultiThreadedEventLoopGroup.singleton
            let reader = EventReader(
                redis: redis, stream: stream, hub: hub, mayTell: mayTell, logger: Logger(label: "test"))
            _ = hub.attach(group.any()) { batches.add($0) }
            let running = Task { try await reader.run() }
            defer { running.cancel() }
            #expect(try await eventually { hub.newest != nil })
            try await body(
                Reading(redis: redis, stream: stream, retained: retained, hub: hub, reader: reader, batches: batches))
            _ = try await redis.send(["DEL"] + stream.keys.map(RedisArgument.string))
        }
    }

    @Test("events come in the order in which they were published, each with its user")
    func order() async throws {
        try await withReading { reading in
            for number in 0..<250 { try await reading.publish(number % 2, "e\(number)") }
            let hasCome = try await eventually { reading.batches.events.count == 250 }
            #expect(hasCome)
            #expect(reading.texts(1) == (0..<250).filter { $0 % 2 == 1 }.map { "e\($0)" })
            #expect(reading.batches.losses == 0)
        }
    }

    @Test("what one user has missed is read from Redis, page by page, and ends where the stream does")
    func catchUp() async throws {
        try await withReading { reading in
            let start = try #require(reading.hub.newest)
            for number in 0..<450 { try await reading.publish(number % 3, "e\(number)") }
            #expect(try await eventually { reading.batches.events.count == 450 })
            var (after, texts, pages) = (start, [String](), 0)
            while true {
                let page = try #require(try await reading.missed(1, after: after))
                texts += page.events.map(Self.text)
                after = page.last
                pages += 1
                if page.isEnd { break }
            }
            #expect(texts == (0..<450).filter { $0 % 3 == 1 }.map { "e\($0)" })
            #expect(after == reading.hub.newest && pages == 3)
            #expect(try await reading.missed(1, after: after) == .init(events: [], last: after, isEnd: true))
            #expect(try await reading.missed(1, after: EventID(milliseconds: 1, sequence: 0)) == nil)
        }
    }

    @Test("a stream that was emptied is noticed, by the reader and by those who want what they missed")
    func lost() async throws {
        try await withReading { reading in
            try await reading.publish(1, "before")
            #expect(try await eventually { reading.batches.events.count == 1 })
            let last = try #require(reading.hub.newest)
            _ = try await reading.redis.send(["DEL", .string(reading.stream.key)])
            #expect(try await eventually { reading.batches.losses == 1 })
            #expect(try await reading.missed(1, after: last) == nil)
            try await reading.publish(1, "after")
            #expect(try await eventually { reading.texts(1) == ["before", "after"] })
            // Emptied and written again before anybody looks.
            _ = try await reading.redis.send(["DEL", .string(reading.stream.key)])
            try await reading.publish(1, "again")
            #expect(try await eventually { reading.batches.losses == 2 })
        }
    }

    @Test("a stream that a group of consumers has made, and that nobody has written to, is read from its beginning")
    func empty() async throws {
        try await withReading { reading in
            let key = RedisArgument.string(reading.stream.key)
            _ = try await reading.redis.send(["DEL", key])
            _ = try await reading.redis.send(["XGROUP", "CREATE", key, "group", "$", "MKSTREAM"])
            #expect(try await eventually { reading.batches.losses >= 1 })
            try await reading.publish(1, "first")
            #expect(try await eventually { reading.texts(1) == ["first"] })
        }
    }

    @Test("the stream lets go of what is too old, and who asks for that is told so")
    func trimmed() async throws {
        try await withReading(retained: 100) { reading in
            let start = try #require(reading.hub.newest)
            for number in 0..<1000 {
                try await reading.publish(1, "e\(number)")
                // Never further ahead than what is kept.
                if number % 50 == 49 { #expect(try await eventually { reading.batches.events.count == number + 1 }) }
            }
            let length = try await reading.redis.send(["XLEN", .string(reading.stream.key)]).integerValue ?? 0
            #expect((100...300).contains(length))
            #expect(try await reading.missed(1, after: start) == nil)
            #expect(reading.batches.losses == 0, "the reader itself is up to date")
        }
    }

    @Test("what was appended is not appended once more, and what is new beside it is")
    func again() async throws {
        try await withReading { reading in
            var turn = 0
            for count in [3, 2, 3, 5, 5] {
                turn = try await reading.redis.send(reading.stream.take).integerValue ?? 0
                let numbers = (1...count).map { "e\($0)" }
                #expect(try await reading.append(numbers, texts: numbers, turn: turn))
            }
            // What was committed late stands before what is there.
            #expect(try await reading.append(["e0", "e1", "e6"], texts: ["late", "e1", "e6"], turn: turn))
            let haveCome = try await eventually {
                reading.texts(1) == ["e1", "e2", "e3", "e4", "e5", "late", "e6"]
            }
            #expect(haveCome, "\(reading.texts(1))")
        }
    }

    @Test("whose turn is over appends nothing, however late it comes, and after FLUSHALL nobody does before a new turn")
    func turns() async throws {
        try await withReading { reading in
            let late = try await reading.redis.send(reading.stream.take).integerValue ?? 0
            let current = try await reading.redis.send(reading.stream.take).integerValue ?? 0
            #expect(try await reading.append(["a"], texts: ["late"], turn: late) == false)
            #expect(try await reading.append(["b"], texts: ["in time"], turn: current))
            #expect(try await reading.append(["a"], texts: ["late"], turn: late) == false)
            #expect(try await eventually { reading.texts(1) == ["in time"] })
            _ = try await reading.redis.send(["DEL"] + reading.stream.keys.map(RedisArgument.string))
            #expect(try await reading.append(["c"], texts: ["lost"], turn: current) == false)
            #expect(try await eventually { reading.batches.losses == 1 })
            try await reading.publish(1, "next")
            #expect(try await eventually { reading.texts(1).last == "next" })
            #expect(reading.texts(1) == ["in time", "next"])
        }
    }

    @Test("nobody is told anything while it is not known who may hear it")
    func waits() async throws {
        let mayTell = Atomic(true)
        try await withReading(mayTell: { mayTell.load(ordering: .relaxed) }) { reading in
            mayTell.store(false, ordering: .relaxed)
            try await reading.publish(1, "secret")
            let page = try await eventually {
                try await reading.redis.send(["XLEN", .string(reading.stream.key)]).integerValue == 2
            }
            #expect(page && reading.batches.events.isEmpty)
            mayTell.store(true, ordering: .relaxed)
            #expect(try await eventually { reading.texts(1) == ["secret"] })
        }
    }
}
