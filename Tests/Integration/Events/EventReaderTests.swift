import Events
import Gateway
import Logging
import NIOCore
import NIOPosix
import Redis
import Strategies
import Synchronization
import TestSupport
import Testing

@Suite("Events in Redis", .enabled(if: RedisUnderTest.isGiven))
struct EventReaderTests {
    /// A stream of the test's own, a publisher, and a gateway's hub that reads it.
    private struct Reading {
        let redis: RedisClient
        let stream: EventStream
        let publisher: RedisEventPublisher
        let hub: EventHub
        let reader: EventReader
        let batches: Batches

        func publish(_ user: Int, _ text: String) {
            publisher.publish(UserEvent(userID: user, kind: .strategyChanged, data: Array("\"\(text)\"".utf8)))
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
            let publisher = RedisEventPublisher(
                redis: redis, stream: stream, retained: retained, eventLoopGroup: group, logger: Logger(label: "test"))
            _ = hub.attach(group.any()) { batches.add($0) }
            let running = Task { try await reader.run() }
            defer { running.cancel() }
            #expect(try await eventually { hub.newest != nil })
            try await body(
                Reading(redis: redis, stream: stream, publisher: publisher, hub: hub, reader: reader, batches: batches))
            _ = try await redis.send(["DEL", .string(stream.key)])
        }
    }

    @Test("events come in the order in which they were published, each with its user")
    func order() async throws {
        try await withReading { reading in
            for number in 0..<250 { reading.publish(number % 2, "e\(number)") }
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
            for number in 0..<450 { reading.publish(number % 3, "e\(number)") }
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
            reading.publish(1, "before")
            #expect(try await eventually { reading.batches.events.count == 1 })
            let last = try #require(reading.hub.newest)
            _ = try await reading.redis.send(["DEL", .string(reading.stream.key)])
            #expect(try await eventually { reading.batches.losses == 1 })
            #expect(try await reading.missed(1, after: last) == nil)
            reading.publish(1, "after")
            #expect(try await eventually { reading.texts(1) == ["before", "after"] })
            // Emptied and written again before anybody looks.
            _ = try await reading.redis.send(["DEL", .string(reading.stream.key)])
            reading.publish(1, "again")
            #expect(try await eventually { reading.batches.losses == 2 })
        }
    }

    @Test("the stream lets go of what is too old, and who asks for that is told so")
    func trimmed() async throws {
        try await withReading(retained: 100) { reading in
            let start = try #require(reading.hub.newest)
            for number in 0..<1000 {
                reading.publish(1, "e\(number)")
                // Never further ahead than what is kept.
                if number % 50 == 49 { #expect(try await eventually { reading.batches.events.count == number + 1 }) }
            }
            let length = try await reading.redis.send(["XLEN", .string(reading.stream.key)]).integerValue ?? 0
            #expect((100...300).contains(length))
            #expect(try await reading.missed(1, after: start) == nil)
            #expect(reading.batches.losses == 0, "the reader itself is up to date")
        }
    }

    /// Publishes to the reading's stream through a client of its own, which connects only when it is run.
    private func withPublisher(
        _ reading: Reading, capacity: Int,
        _ body: (_ publish: (String) -> Void, _ connect: () -> Void) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let client = RedisClient(
            configuration: try RedisUnderTest().configuration(), eventLoopGroup: group, logger: Logger(label: "test"))
        let publisher = RedisEventPublisher(
            redis: client, stream: reading.stream, retained: 1000, capacity: capacity, eventLoopGroup: group,
            logger: Logger(label: "test"))
        let connection = Mutex<Task<Void, any Error>?>(nil)
        try await body(
            { publisher.publish(UserEvent(userID: 1, kind: .strategyChanged, data: Array("\"\($0)\"".utf8))) },
            { connection.withLock { $0 = Task { try await client.run() } } })
        connection.withLock { $0?.cancel() }
    }

    @Test("a batch that is sent again is appended once, and what is new in it is appended")
    func again() async throws {
        try await withReading { reading in
            let events = (1...5).map { UserEvent(userID: 1, kind: .strategyChanged, data: Array("\"e\($0)\"".utf8)) }
            for count in [3, 2, 3, 5, 5] {
                _ = try await reading.redis.evaluate(
                    EventStream.append, keys: [reading.stream.key, reading.stream.progress(of: "test")],
                    arguments: EventStream.arguments(Array(events.prefix(count)), first: 1, retained: 100))
            }
            let length = try await reading.redis.send(["XLEN", .string(reading.stream.key)]).integerValue
            #expect(length == 6, "with the one that marks the beginning")
            let haveCome = try await eventually { reading.texts(1) == ["e1", "e2", "e3", "e4", "e5"] }
            #expect(haveCome)
            _ = try await reading.redis.send(["DEL", .string(reading.stream.progress(of: "test"))])
        }
    }

    @Test("what is published while Redis is away comes when it is back, in order")
    func away() async throws {
        try await withReading { reading in
            try await withPublisher(reading, capacity: 1 << 20) { publish, connect in
                for number in 0..<300 { publish("e\(number)") }
                connect()
                let haveAllCome = try await eventually { reading.batches.events.count == 300 }
                #expect(haveAllCome)
                #expect(reading.texts(1) == (0..<300).map { "e\($0)" })
                #expect(reading.batches.losses == 0)
            }
        }
    }

    @Test("when too much is published meanwhile, everybody is told to read again, and later events come")
    func tooMuch() async throws {
        try await withReading { reading in
            reading.publish(1, "before")
            let isThere = try await eventually { reading.texts(1) == ["before"] }
            #expect(isThere)
            try await withPublisher(reading, capacity: 2_000) { publish, connect in
                for number in 0..<300 { publish("e\(number)") }
                connect()
                let isTold = try await eventually { reading.batches.losses == 1 }
                #expect(isTold)
                publish("after")
                let goesOn = try await eventually { reading.texts(1).last == "after" }
                #expect(goesOn)
                #expect(reading.batches.losses == 1 && reading.texts(1) == ["before", "after"])
            }
        }
    }

    @Test("nobody is told anything while it is not known who may hear it")
    func waits() async throws {
        let mayTell = Atomic(true)
        try await withReading(mayTell: { mayTell.load(ordering: .relaxed) }) { reading in
            mayTell.store(false, ordering: .relaxed)
            reading.publish(1, "secret")
            let page = try await eventually {
                try await reading.redis.send(["XLEN", .string(reading.stream.key)]).integerValue == 2
            }
            #expect(page && reading.batches.events.isEmpty)
            mayTell.store(true, ordering: .relaxed)
            #expect(try await eventually { reading.texts(1) == ["secret"] })
        }
    }
}
