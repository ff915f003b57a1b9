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
