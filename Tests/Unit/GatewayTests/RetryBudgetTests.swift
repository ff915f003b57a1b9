import Gateway
import Testing

@Suite("The retry budget")
struct RetryBudgetTests {
    private func budget(share: Double = 0.2, reserve: Double = 0) -> RetryBudget {
        var policy = RetryBudget.Policy()
        policy.share = share
        policy.reserve = reserve
        return RetryBudget(policy: policy)
    }

    @Test("a fifth of the requests of the last ten seconds may be sent again")
    func share() {
        var budget = budget()
        for _ in 0..<100 { budget.earn(second: 3) }
        #expect((0..<100).count { _ in budget.spend(second: 5) } == 20)
        #expect(budget.spent == 20 && budget.refused == 80)
        for _ in 0..<5 { budget.earn(second: 6) }
        #expect([budget.spend(second: 6), budget.spend(second: 6)] == [true, false])
    }

    @Test("what was earned is lost after ten seconds, and what was spent is forgiven")
    func window() {
        var budget = budget()
        for _ in 0..<100 { budget.earn(second: 0) }
        #expect(budget.spend(second: 9) == true)
        #expect(budget.spend(second: 10) == false)
        for _ in 0..<10 { budget.earn(second: 25) }
        #expect((0..<9).count { _ in budget.spend(second: 25) } == 2)
        for _ in 0..<10 { budget.earn(second: 40) }
        #expect((0..<9).count { _ in budget.spend(second: 40) } == 2)
    }

    @Test("with little traffic the reserve allows a few a second")
    func reserve() {
        var budget = budget(reserve: 2)
        #expect((0..<100).count { _ in budget.spend(second: 0) } == 20)
        #expect((0..<100).count { _ in budget.spend(second: 5) } == 0)
        #expect((0..<100).count { _ in budget.spend(second: 10) } == 20)
    }

    @Test("when everything fails, the load rises by no more than the share", arguments: [1, 50, 1000])
    func failingService(perSecond: Int) {
        var budget = budget(reserve: 1)
        var retries = 0
        for second in 0..<UInt32(60) {
            for _ in 0..<perSecond {
                budget.earn(second: second)
                if budget.spend(second: second) { retries += 1 }
            }
        }
        #expect(Double(retries) <= Double(60 * perSecond) * 0.2 + 7 * 10)
        #expect(Double(retries) >= Double(60 * perSecond) * 0.19)
    }
}
