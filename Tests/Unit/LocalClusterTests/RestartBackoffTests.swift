import LocalCluster
import Testing

@Suite struct RestartBackoffTests {
    @Test("a process that dies again and again waits longer each time, up to a bound")
    func doubles() {
        var backoff = RestartBackoff()
        let delays = (0..<8).map { _ in backoff.delay(afterRunning: .milliseconds(50)) }
        #expect(delays.prefix(4) == [.milliseconds(200), .milliseconds(400), .milliseconds(800), .milliseconds(1600)])
        #expect(delays.last == RestartBackoff.longest)
    }

    @Test("a process that had run steadily starts again soon")
    func forgets() {
        var backoff = RestartBackoff()
        for _ in 0..<5 { _ = backoff.delay(afterRunning: .zero) }
        #expect(backoff.delay(afterRunning: RestartBackoff.steady) == RestartBackoff.shortest)
    }
}
