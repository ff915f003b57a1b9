import Events
import Strategies
import Testing

@Suite("Events that wait for Redis")
struct EventBacklogTests {
    /// A backlog of events that take 200 bytes each, by the numbers of their users.
    private final class Waiting {
        private var backlog: EventBacklog

        init(room: Int) { backlog = EventBacklog(capacity: 200 * room) }

        /// Whether each was taken without telling of a gap.
        func add(_ numbers: ClosedRange<Int>) -> [Bool] {
            numbers.map {
                backlog.add(
                    UserEvent(userID: $0, kind: .strategyChanged, data: [UInt8](repeating: 0, count: 72)))
            }
        }

        func next() -> EventBacklog.Step? { backlog.next() }

        /// The numbers of the next batch, which must be those of its events.
        func nextUsers() -> [Int] {
            guard case .append(let events, let first)? = backlog.next() else { return [] }
            let users = events.map(\.userID)
            #expect(users == Array(first..<first + users.count))
            return users
        }

        func finished(_ isConfirmed: Bool) { backlog.finished(isConfirmed: isConfirmed) }
    }

    @Test("one batch is under way at a time, and is sent again under the same numbers until it is confirmed")
    func order() {
        let waiting = Waiting(room: 500)
        #expect(waiting.add(1...100).allSatisfy { $0 })
        #expect(waiting.nextUsers() == Array(1...100))
        #expect(waiting.next() == nil)
        #expect(waiting.add(101...200).allSatisfy { $0 })
        waiting.finished(false)
        #expect(waiting.nextUsers() == Array(1...128))
        waiting.finished(true)
        #expect(waiting.nextUsers() == Array(129...200))
        waiting.finished(true)
        #expect(waiting.next() == nil)
    }

    @Test("with too many the stream is given up, and what comes after that is appended to a new one")
    func gap() {
        let waiting = Waiting(room: 10)
        #expect(waiting.add(1...10).allSatisfy { $0 })
        #expect(waiting.nextUsers() == Array(1...10))
        #expect(waiting.add(11...11) == [false])
        #expect(waiting.add(0...0) == [true], "it is told once")
        waiting.finished(true)
        #expect(waiting.next() == .giveUpStream)
        waiting.finished(false)
        #expect(waiting.add(0...0) == [true])
        #expect(waiting.next() == .giveUpStream)
        waiting.finished(true)
        #expect(waiting.next() == nil)
        #expect(waiting.add(12...12) == [true])
        #expect(waiting.nextUsers() == [12], "what was dropped had numbers, too")
    }

    @Test("there is room again for as much as was confirmed")
    func room() {
        let waiting = Waiting(room: 10)
        for round in 0..<50 {
            #expect(waiting.add(10 * round + 1...10 * round + 10).allSatisfy { $0 })
            #expect(waiting.nextUsers().count == 10)
            waiting.finished(true)
        }
    }

    @Test("a batch has few large events, but one at least")
    func large() {
        var backlog = EventBacklog(capacity: 10 << 20)
        for _ in 0..<4 {
            _ = backlog.add(UserEvent(userID: 1, kind: .strategyCreated, data: [UInt8](repeating: 0, count: 200_000)))
        }
        var sizes: [Int] = []
        while case .append(let events, _)? = backlog.next() {
            sizes.append(events.count)
            backlog.finished(isConfirmed: true)
        }
        #expect(sizes == [2, 2])
    }
}
