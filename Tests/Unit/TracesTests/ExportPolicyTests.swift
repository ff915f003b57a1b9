import Testing
import Traces

@Suite("What becomes of an export")
struct ExportPolicyTests {
    @Test(
        "the status decides whether the spans are sent again",
        arguments: [
            (200, nil, .taken), (202, "5", .taken), (400, nil, .refused), (404, nil, .refused), (500, "1", .refused),
            (429, "7", .retry(after: .seconds(7))), (503, nil, .retry(after: nil)), (502, "-1", .retry(after: nil)),
            (504, "Wed, 21 Oct 2026 07:28:00 GMT", .retry(after: nil)),
        ] as [(UInt, String?, ExportOutcome)])
    func outcome(status: UInt, retryAfter: String?, outcome: ExportOutcome) {
        #expect(ExportOutcome(status: status, retryAfter: retryAfter) == outcome)
    }

    @Test("each wait is longer than the last, none is longer than half a minute, and there is a last one")
    func backoff() {
        var backoff = ExportBackoff()
        #expect(backoff.next(asked: nil, jitter: 1) == .seconds(1))
        #expect(backoff.next(asked: nil, jitter: 0) == .seconds(1))
        #expect(backoff.next(asked: .seconds(9), jitter: 0) == .seconds(9))
        #expect(backoff.next(asked: .seconds(86_400), jitter: 0) == .seconds(30))
        #expect(backoff.next(asked: nil, jitter: 0) == nil)
    }
}
