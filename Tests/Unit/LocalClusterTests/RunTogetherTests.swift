import LocalCluster
import Synchronization
import Testing

@Suite("Things that are done together")
struct RunTogetherTests {
    private struct Failure: Error, Equatable {
        let number: Int
    }

    @Test("the first failure ends the others, which wait for it in vain", .timeLimit(.minutes(1)))
    func firstFailure() async {
        let cancelled = Mutex(0)
        await #expect(throws: Failure(number: 2)) {
            try await runTogether([1, 2, 3]) { number in
                if number == 2 { throw Failure(number: number) }
                do { try await Task.sleep(for: .seconds(3600)) } catch {
                    cancelled.withLock { $0 += 1 }
                    throw error
                }
            }
        }
        #expect(cancelled.withLock { $0 } == 2)
    }

    @Test("all of them are waited for")
    func all() async throws {
        let done = Mutex<Set<Int>>([])
        try await runTogether(Array(0..<20)) { number in
            await Task.yield()
            _ = done.withLock { $0.insert(number) }
        }
        #expect(done.withLock { $0.count } == 20)
        try await runTogether([Int]()) { _ in Issue.record("there is nothing to do") }
    }
}
