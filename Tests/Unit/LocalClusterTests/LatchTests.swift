import LocalCluster
import Testing

@Suite struct LatchTests {
    @Test("the first value stays")
    func once() async {
        let latch = Latch<Int>()
        #expect(latch.current == nil)
        #expect(latch.set(1))
        #expect(!latch.set(2))
        #expect(await latch.value() == 1)
    }

    @Test("everyone who waits gets the value")
    func many() async {
        let latch = Latch<Int>()
        let sum = await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<100 { group.addTask { await latch.value() } }
            group.addTask {
                await Task.yield()
                latch.set(1)
                return 0
            }
            return await group.reduce(into: 0) { $0 += $1 ?? 1000 }
        }
        #expect(sum == 100)
    }

    @Test("a cancelled wait ends without a value")
    func cancelled() async {
        let latch = Latch<Int>()
        let waiting = Task { await latch.value() }
        waiting.cancel()
        #expect(await waiting.value == nil)
    }

    @Test("a bounded wait ends when its time is over")
    func bounded() async {
        #expect(await Latch<Int>().value(within: .milliseconds(1)) == nil)
    }
}
