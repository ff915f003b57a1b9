import NIOCore
import Redis
import Testing

@Suite("Backoff before dialling again")
struct ReconnectBackoffTests {
    let backoff = ReconnectBackoff(base: .milliseconds(50), ceiling: .seconds(2))

    @Test(
        "the ceiling of the wait doubles up to its limit",
        arguments: zip([1, 2, 3, 6, 7, 40, .max], [50, 100, 200, 1600, 2000, 2000, 2000]))
    func ceilings(failures: Int, milliseconds: Int) {
        let longest = backoff.delay(afterFailures: failures, random: 0.999_999_999)
        #expect(abs(longest.nanoseconds - Int64(milliseconds) * 1_000_000) < 10_000)
        #expect(backoff.delay(afterFailures: failures, random: 0) == .zero)
    }
}
