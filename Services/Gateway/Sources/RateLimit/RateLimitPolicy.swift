package import Authentication

/// A limit with the name that clients see, and whose requests it counts together.
package final class RateLimitPolicy: Sendable {
    /// What requests must have in common to be counted together.
    package enum KeyPart: String, Sendable, Hashable, CaseIterable {
        case route
        case user
        /// The client's address, IPv6 by its /64.
        case address
        /// The upstream.
        case service
        case role
    }

    /// What becomes of requests that cannot be counted because Redis is away.
    package enum Fallback: String, Sendable, Hashable, CaseIterable {
        /// Each gateway counts by itself, against its share of the limit.
        case local
        /// They pass.
        case open
        /// They are refused.
        case closed
    }

    /// Such as `user`: printable and without quotation marks, so that it needs no escaping in a structured field.
    package let name: String
    package let limit: RateLimit
    package let key: Set<KeyPart>
    /// The policy holds for callers with one of these roles only; `nil` where it holds for everybody.
    package let roles: Set<Role>?
    /// What a request counts for when its route does not say otherwise.
    package let cost: Int
    /// Redis is asked for every request, whatever the limit's size.
    package let isExact: Bool
    package let fallback: Fallback
    /// The value of `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11 §3): `"user";q=200;w=2`.
    package let policyField: String

    package init(
        name: String, limit: RateLimit, key: Set<KeyPart> = [.user, .route], roles: Set<Role>? = nil, cost: Int = 1,
        isExact: Bool = false, fallback: Fallback = .local
    ) {
        self.name = name
        self.limit = limit
        self.key = key
        self.roles = roles
        self.cost = cost
        self.isExact = isExact
        self.fallback = fallback
        policyField = "\"\(name)\";q=\(limit.burst);w=\(limit.window)"
    }

    /// Whether only requests can be counted whose caller is known.
    package var countsCallers: Bool { key.contains(.user) || key.contains(.role) || roles != nil }
}

extension RateLimitPolicy: Hashable {
    package static func == (left: RateLimitPolicy, right: RateLimitPolicy) -> Bool {
        left === right
            || left.name == right.name && left.limit == right.limit && left.key == right.key
                && left.roles == right.roles && left.cost == right.cost && left.isExact == right.isExact
                && left.fallback == right.fallback
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(limit)
    }
}
