import DequeModule

/// Statements that wait for a connection: reads and writes apart, so that neither waits for the other's turn.
struct WaitingQueries {
    private var reads: Deque<Dispatched> = []
    private var writes: Deque<Dispatched> = []

    var readCount: Int { reads.count }
    var writeCount: Int { writes.count }
    var count: Int { reads.count + writes.count }
    var isEmpty: Bool { reads.isEmpty && writes.isEmpty }

    mutating func append(_ item: Dispatched) {
        if item.query.isRead { reads.append(item) } else { writes.append(item) }
    }

    /// For one that has waited before.
    mutating func prepend(_ item: Dispatched) {
        if item.query.isRead { reads.prepend(item) } else { writes.prepend(item) }
    }

    /// The next reads whose answer is still waited for.
    mutating func takeReads(_ count: Int) -> [Dispatched] { Self.take(count, &reads) }

    /// The next writes whose answer is still waited for.
    mutating func takeWrites(_ count: Int) -> [Dispatched] { Self.take(count, &writes) }

    private static func take(_ count: Int, _ queue: inout Deque<Dispatched>) -> [Dispatched] {
        let taken = Array(queue.prefix(count)).filter { $0.query.answer.isOpen }
        queue.removeFirst(min(count, queue.count))
        return taken
    }

    mutating func expire(at now: ContinuousClock.Instant) {
        for queue in [reads, writes] {
            for item in queue where item.query.deadline <= now {
                item.query.fail(.deadlineExceeded, "no connection became free in time")
            }
        }
        reads.removeAll { !$0.query.answer.isOpen }
        writes.removeAll { !$0.query.answer.isOpen }
    }

    mutating func failAll(_ reason: String) {
        for queue in [reads, writes] { for item in queue { item.query.fail(.unavailable, reason) } }
        reads.removeAll()
        writes.removeAll()
    }
}
