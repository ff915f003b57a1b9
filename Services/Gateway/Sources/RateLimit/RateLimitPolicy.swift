/// A limit with the name that clients see, ready to be asked about.
package struct RateLimitPolicy: Sendable, Hashable {
    /// Such as `user`; a token, so that it needs no escaping in a structured field.
    package let name: String
    package let limit: RateLimit
    /// The value of `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11 §3): `"user";q=200;w=2`.
    package let policyField: String

    package init(name: String, limit: RateLimit) {
        self.name = name
        self.limit = limit
        self.policyField = "\"\(name)\";q=\(limit.burst);w=\(limit.window)"
    }
}

/// One limit that a request has to pass: a policy, and whose share of it is asked for.
package struct RateLimitQuestion: Sendable, Hashable {
    package let policy: RateLimitPolicy
    /// The key in Redis. Keys of one request share a hash tag, so that a cluster keeps them together.
    package let key: String

    package init(policy: RateLimitPolicy, key: String) {
        self.policy = policy
        self.key = key
    }
}
