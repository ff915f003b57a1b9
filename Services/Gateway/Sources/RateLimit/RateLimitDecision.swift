/// What all limits of one request say together: all admit it and all are charged, or none is.
package struct RateLimitDecision: Sendable, Hashable {
    /// One policy's share of the answer.
    package struct Share: Sendable, Hashable {
        package let policy: RateLimitPolicy
        package let remaining: Int
        /// Microseconds until the burst is whole again.
        package let resetAfter: Int
        /// Microseconds; 0 when this policy admits the request.
        package let retryAfter: Int

        package init(policy: RateLimitPolicy, remaining: Int, resetAfter: Int, retryAfter: Int) {
            self.policy = policy
            self.remaining = remaining
            self.resetAfter = resetAfter
            self.retryAfter = retryAfter
        }
    }

    package let isAdmitted: Bool
    package let shares: [Share]

    package init(isAdmitted: Bool, shares: [Share]) {
        self.isAdmitted = isAdmitted
        self.shares = shares
    }

    /// Seconds for `Retry-After`: when the last of the refusing policies would admit the request, at least 1.
    package var retryAfter: Int { max(1, Self.seconds(shares.map(\.retryAfter).max() ?? 0)) }

    /// The value of `RateLimit-Policy`.
    package var policyField: String {
        shares.count == 1 ? shares[0].policy.policyField : shares.map(\.policy.policyField).joined(separator: ", ")
    }

    /// The value of `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11 §4): `"user";r=199;t=1`.
    ///
    /// The time of a policy that refuses is that of `Retry-After`, as the draft asks; else when the burst is whole again.
    package var limitField: String {
        var head = HeadBytes()
        writeLimitField(into: &head)
        return String(decoding: head.bytes, as: UTF8.self)
    }

    func writeLimitField(into head: inout HeadBytes) {
        for (index, share) in shares.enumerated() {
            head.writeStaticString(index == 0 ? "\"" : ", \"")
            head.writeString(share.policy.name)
            head.writeStaticString("\";r=")
            head.writeDecimal(share.remaining)
            head.writeStaticString(";t=")
            head.writeDecimal(
                share.retryAfter > 0 ? max(1, Self.seconds(share.retryAfter)) : Self.seconds(share.resetAfter))
        }
    }

    private static func seconds(_ microseconds: Int) -> Int { (microseconds + 999_999) / 1_000_000 }
}
