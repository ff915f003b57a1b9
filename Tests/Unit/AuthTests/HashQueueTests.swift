import Auth
import Testing

@Suite("The queue before the hashing threads")
struct HashQueueTests {
    private func queue(threads: Int = 2, milliseconds: Int = 250) -> HashQueue<String> {
        HashQueue(threads: threads, expectedDuration: .milliseconds(milliseconds))
    }

    private func fill(_ queue: inout HashQueue<String>) -> Int {
        for number in 0..<100_000 {
            if case .full = queue.enqueue("job \(number)") { return number }
        }
        return -1
    }

    @Test(
        "it holds about a second of work, by what a hash takes",
        arguments: [
            (2, 250, 8), (1, 250, 4), (4, 100, 40), (2, 5000, 2), (1, 1, 1000),
        ])
    func capacity(threads: Int, milliseconds: Int, expected: Int) {
        var queue = queue(threads: threads, milliseconds: milliseconds)
        #expect(queue.capacity == expected)
        // With idle threads, one more for each.
        #expect(fill(&queue) == expected + threads)
    }

    @Test("a full queue says when there is room again")
    func retryAfter() {
        var queue = queue(threads: 1, milliseconds: 3000)
        #expect(queue.enqueue("a") == .accepted(1))
        #expect(queue.start() == "a")
        #expect(queue.enqueue("b") == .accepted(2))
        #expect(queue.enqueue("c") == .full(retryAfter: 6))
        var quick = self.queue(threads: 4, milliseconds: 1)
        _ = fill(&quick)
        #expect(quick.enqueue("x") == .full(retryAfter: 2))
    }

    @Test("first come, first served; what was taken back is not worked on and leaves its place")
    func order() {
        var queue = queue(threads: 1, milliseconds: 500)
        for name in ["a", "b", "c"] { _ = queue.enqueue(name) }
        #expect(queue.enqueue("d") == .full(retryAfter: 2))
        #expect(queue.cancel(2) == "b")
        #expect(queue.cancel(2) == nil)
        #expect(queue.enqueue("d") == .accepted(4))
        #expect([queue.start(), queue.start(), queue.start(), queue.start()] == ["a", "c", "d", nil])
        #expect(queue.cancel(1) == nil)
    }

    @Test("the bound follows what hashes take")
    func adapts() {
        var queue = queue(threads: 1, milliseconds: 100)
        for _ in 0..<100 {
            _ = queue.enqueue("a")
            _ = queue.start()
            queue.finished(after: .milliseconds(500))
        }
        #expect(queue.capacity == 2)
        #expect(queue.meanDuration > .milliseconds(490))
    }
}
