import Postgres
import Testing

@Suite("Waiting before the next attempt")
struct BackoffTests {
    @Test("delays grow up to the limit, and begin anew after a success")
    func growth() {
        var backoff = Backoff(base: .milliseconds(50), limit: .seconds(1))
        let delays = (0..<8).map { _ in backoff.nextDelay(random: 1) }
        #expect(delays.first == .milliseconds(50))
        #expect(zip(delays, delays.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(delays.last == .seconds(1))
        backoff.reset()
        #expect(backoff.nextDelay(random: 1) == .milliseconds(50))
    }

    @Test("jitter spreads attempts over the whole delay, but never to nothing")
    func jitter() {
        var one = Backoff()
        var other = Backoff()
        let early = one.nextDelay(random: 0)
        let late = other.nextDelay(random: 0.999)
        #expect(early > .zero)
        #expect(early * 5 < late)
    }
}
