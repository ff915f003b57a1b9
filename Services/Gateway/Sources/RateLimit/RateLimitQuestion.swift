/// One limit that a request has to pass: a policy, whose share of it is asked for, and how much of it.
package struct RateLimitQuestion: Sendable, Hashable {
    package let policy: RateLimitPolicy
    /// The key in Redis. What is counted for one user or one address shares a hash tag.
    package let key: String
    /// How many requests this one counts for, at least 1.
    package let cost: Int

    package init(policy: RateLimitPolicy, key: String, cost: Int = 1) {
        self.policy = policy
        self.key = key
        self.cost = cost
    }
}
