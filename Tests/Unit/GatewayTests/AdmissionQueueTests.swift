import Gateway
import Testing

@Suite("Admission to a service")
struct AdmissionQueueTests {
    private func queue(concurrency: Int = 2, waiting: Int = 2, wait: Duration = .seconds(1)) -> AdmissionQueue<String> {
        var limits = AdmissionLimits()
        limits.concurrency = concurrency
        limits.waiting = waiting
        limits.wait = wait
        return AdmissionQueue(limits: limits)
    }

    /// What became of an arrival, as text.
    private func arrive(
        _ name: String, at queue: inout AdmissionQueue<String>, _ priority: RequestPriority = .normal,
        patience: Int = .max, now: Int = 0
    ) -> String {
        switch queue.arrive(name, priority: priority, patience: patience, now: now) {
        case .admitted: "admitted"
        case .queued: "queued"
        case .queuedInstead(_, let other): "queued instead of \(other)"
        case .refused(let seconds): "refused for \(seconds)"
        }
    }

    private func next(_ queue: inout AdmissionQueue<String>, now: Int = 0) -> String? {
        switch queue.next(now: now) {
        case .start(let name): "start \(name)"
        case .refuse(let name): "refuse \(name)"
        case nil: nil
        }
    }

    @Test("so many are let through, so many wait, the others are refused")
    func bounds() {
        var queue = queue()
        let outcomes = ["a", "b", "c", "d", "e"].map { arrive($0, at: &queue) }
        #expect(outcomes == ["admitted", "admitted", "queued", "queued", "refused for 1"])
        #expect(queue.underWay == 2 && queue.waiting == 2 && queue.refused == 1)
        let idle = next(&queue)
        #expect(idle == nil)
        queue.finished(now: 0)
        let steps = [next(&queue), next(&queue)]
        #expect(steps == ["start c", nil])
        let late = arrive("f", at: &queue)
        #expect(late == "queued")
    }

    @Test("the urgent go before the rest, and take the place of the last of them")
    func priority() {
        var queue = queue()
        for name in ["a", "b", "c", "d"] { _ = arrive(name, at: &queue) }
        let urgent = ["e", "f", "g"].map { arrive($0, at: &queue, .urgent) }
        #expect(urgent == ["queued instead of d", "queued instead of c", "refused for 1"])
        for _ in 0..<2 { queue.finished(now: 0) }
        let steps = [next(&queue), next(&queue), next(&queue)]
        #expect(steps == ["start e", "start f", nil])
    }

    @Test("who has waited for too long is refused, also by a shorter patience of its own")
    func patience() {
        var queue = queue(waiting: 3)
        for name in ["a", "b", "c"] { _ = arrive(name, at: &queue) }
        _ = arrive("d", at: &queue, patience: 300_000)
        _ = arrive("e", at: &queue, now: 900_000)
        let early = next(&queue, now: 999_999)
        #expect(early == nil)
        let steps = [next(&queue, now: 1_000_000), next(&queue, now: 1_000_000), next(&queue, now: 1_000_000)]
        #expect(steps == ["refuse c", "refuse d", nil])
        queue.finished(now: 1_000_000)
        let last = next(&queue, now: 1_000_000)
        #expect(last == "start e")
    }

    @Test("who would have to wait for too long is refused at once, and told when to come back")
    func foresight() {
        var queue = queue(concurrency: 1, waiting: 100)
        _ = arrive("first", at: &queue)
        // One is done every 400 ms: in a second there is time for two.
        for number in 1...30 {
            _ = arrive("\(number)", at: &queue, now: number * 400_000)
            queue.finished(now: number * 400_000)
            while next(&queue, now: number * 400_000) != nil {}
        }
        let now = 30 * 400_000
        let outcomes = ["a", "b", "c"].map { arrive($0, at: &queue, now: now) }
        #expect(outcomes == ["queued", "queued", "refused for 2"])
        let urgent = arrive("d", at: &queue, .urgent, now: now)
        #expect(urgent == "queued")
        let impatient = arrive("e", at: &queue, .urgent, patience: 300_000, now: now)
        #expect(impatient == "refused for 1")
    }

    @Test("who gives up leaves its place to others")
    func cancelling() throws {
        var queue = queue(concurrency: 1, waiting: 1)
        _ = arrive("a", at: &queue)
        guard case .queued(let number) = queue.arrive("b", priority: .normal, patience: .max, now: 0) else {
            Issue.record("b does not wait")
            return
        }
        queue.cancel(number)
        #expect(queue.isEmpty)
        let other = arrive("c", at: &queue)
        #expect(other == "queued")
    }

    @Test("a service that stalled for long is not shut out by the memory of it")
    func stall() {
        var queue = queue(concurrency: 1, waiting: 10)
        _ = arrive("a", at: &queue)
        for now in [0, 60_000_000] {
            _ = arrive("b", at: &queue, now: now)
            queue.finished(now: now)
            _ = next(&queue, now: now)
            _ = arrive("c", at: &queue, now: now)
        }
        for number in 1...100 {
            let now = 60_000_000 + number * 1_000
            queue.finished(now: now)
            while next(&queue, now: now) != nil {}
            _ = arrive("\(number)", at: &queue, now: now)
        }
        let outcome = arrive("last", at: &queue, now: 60_200_000)
        #expect(outcome == "queued")
    }

    @Test("event loops share what there is, and none goes without", arguments: [1, 2, 3, 8, 64])
    func shares(loops: Int) {
        var limits = AdmissionLimits()
        limits.concurrency = 20
        limits.waiting = 30
        let shares = (0..<loops).map { limits.share(of: $0, among: loops) }
        #expect(shares.map(\.concurrency).reduce(0, +) == max(20, loops))
        #expect(shares.map(\.waiting).reduce(0, +) == max(30, loops))
        #expect(shares.allSatisfy { $0.concurrency >= 1 && $0.wait == limits.wait })
        limits.waiting = 0
        #expect(limits.share(of: 0, among: loops).waiting == 0)
    }
}
