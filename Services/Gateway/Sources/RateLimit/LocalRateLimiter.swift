import Synchronization

/// Limits kept in this process alone: while Redis is away, and for failed authentications.
package final class LocalRateLimiter: Sendable {
    private let arrivalTimes = Mutex<[String: Int]>([:])
    private let capacity: Int

    /// - Parameter capacity: how many keys are remembered at once; beyond it, arbitrary ones are forgotten.
    package init(capacity: Int = 65_536) { self.capacity = capacity }

    /// Asks all limits at once: all are charged or none is.
    ///
    /// - Parameters:
    ///   - now: microseconds on any clock that only goes forward.
    ///   - gateways: how many processes count by themselves; each has its share of the limits.
    package func ask(_ questions: [RateLimitQuestion], now: Int, among gateways: Int = 1) -> RateLimitDecision {
        arrivalTimes.withLock { arrivals in
            let limits = questions.map { $0.policy.limit.share(among: gateways, atLeast: $0.cost) }
            let answers = zip(questions, limits).map {
                GenericCellRate.ask($1, arrivalTime: arrivals[$0.key], now: now, cost: $0.cost)
            }
            let isAdmitted = answers.allSatisfy(\.isAdmitted)
            var shares: [RateLimitDecision.Share] = []
            for (index, answer) in answers.enumerated() {
                let question = questions[index]
                if isAdmitted {
                    if question.cost > 0 { remember(answer.arrivalTime, question.key, in: &arrivals, now: now) }
                    shares.append(share(question.policy, answer))
                } else {
                    // The ones that would have admitted it are not charged, so they tell what they would have told.
                    let unchanged = GenericCellRate.ask(
                        limits[index], arrivalTime: arrivals[question.key], now: now, cost: 0)
                    shares.append(
                        .init(
                            policy: question.policy, remaining: unchanged.remaining,
                            resetAfter: unchanged.resetAfter, retryAfter: answer.retryAfter))
                }
            }
            return RateLimitDecision(isAdmitted: isAdmitted, shares: shares)
        }
    }

    private func share(_ policy: RateLimitPolicy, _ answer: GenericCellRate.Answer) -> RateLimitDecision.Share {
        .init(
            policy: policy, remaining: answer.remaining, resetAfter: answer.resetAfter, retryAfter: answer.retryAfter)
    }

    private func remember(_ arrival: Int, _ key: String, in arrivals: inout [String: Int], now: Int) {
        if arrivals.count >= capacity, arrivals[key] == nil {
            arrivals = arrivals.filter { $0.value > now }
            if arrivals.count >= capacity / 2 {
                var keeps = false
                arrivals = arrivals.filter { _ in
                    keeps.toggle()
                    return keeps
                }
            }
        }
        arrivals[key] = arrival
    }
}
