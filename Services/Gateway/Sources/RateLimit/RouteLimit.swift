import APIContract
import Authentication

/// A policy as one route asks for it. What is known of its keys before a request comes is rendered once.
package struct RouteLimit: Sendable {
    package let policy: RateLimitPolicy
    /// What a request of the route counts for.
    package let cost: Int
    /// What follows the hash tag in a key: the policy, and the parts that are the same for every request of the route.
    private let suffix: String

    /// - Parameters:
    ///   - cost: the policy's own when nothing else is said.
    ///   - service: where the route leads, if to an upstream.
    package init(_ policy: RateLimitPolicy, route: String, service: UpstreamName?, cost: Int? = nil) {
        self.policy = policy
        self.cost = cost ?? policy.cost
        var parts = [policy.name]
        if policy.key.contains(.service), let service { parts.append(service.rawValue) }
        if policy.key.contains(.route) { parts.append(route) }
        suffix = "}:" + parts.joined(separator: ":")
    }

    /// `nil` when the policy does not hold for the subject.
    package func question(_ subject: RequestGuard.Subject) -> RateLimitQuestion? {
        if let roles = policy.roles, !(subject.caller.map { roles.contains($0.role) } ?? false) { return nil }
        var key = "rl:{"
        let countsAddresses = policy.key.contains(.address)
        if policy.key.contains(.user), let user = subject.caller.map({ "\($0.userID)" }) ?? subject.legacyUser {
            key += user
            if countsAddresses { key += "@" }
        } else if !countsAddresses {
            key += policy.name
        }
        if countsAddresses { key += Self.prefix(subject.address) }
        key += suffix
        if policy.key.contains(.role), let caller = subject.caller { key += ":\(caller.role.rawValue)" }
        return RateLimitQuestion(policy: policy, key: key, cost: cost)
    }

    /// An IPv6 client owns its /64 network and could take a new address for every request.
    static func prefix(_ address: String) -> String {
        IPAddress(address).map { Hexadecimal.encode($0.limitedPrefix) } ?? address
    }
}
