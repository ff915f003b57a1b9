/// How much a service may be asked again: a share of what it is asked anyway, so that failures cannot multiply its load.
///
/// As Finagle and linkerd keep it: what the requests of the last ten seconds have earned and the retries in that time have
/// not spent, and a small reserve for times with little traffic. Time is a count of seconds, which the caller keeps.
package struct RetryBudget: Sendable, Hashable {
    package struct Policy: Sendable, Hashable {
        /// Retries for each request.
        package var share = 0.2
        /// Retries a second that need no requests.
        package var reserve = 10.0

        package init() {}
    }

    private let policy: Policy
    /// What each of the last seconds has earned, less what it has spent.
    private var balances = [Double](repeating: 0, count: RetryBudget.window)
    private var second: UInt32 = 0
    package private(set) var spent = 0
    package private(set) var refused = 0

    private static let window = 10

    package init(policy: Policy) { self.policy = policy }

    /// A request came, not counting retries.
    package mutating func earn(second: UInt32) {
        advance(to: second)
        balances[position] += policy.share
    }

    /// - Returns: whether a request may be sent again.
    package mutating func spend(second: UInt32) -> Bool {
        advance(to: second)
        let balance = balances.reduce(policy.reserve * Double(Self.window), +)
        // Sums of a fifth each are never exact.
        guard balance >= 1 - 1e-6 else {
            refused += 1
            return false
        }
        balances[position] -= 1
        spent += 1
        return true
    }

    private var position: Int { Int(second % UInt32(Self.window)) }

    private mutating func advance(to second: UInt32) {
        guard second != self.second else { return }
        for _ in 0..<min(second &- self.second, UInt32(Self.window)) {
            self.second &+= 1
            balances[position] = 0
        }
        self.second = second
    }
}
