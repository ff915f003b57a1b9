import APIContract
import Authentication

/// Which limits a request has to pass: by route and user when the caller is known, otherwise by route and address.
package struct RateLimitPolicies: Sendable {
    private let user: RateLimitPolicy
    private let address: RateLimitPolicy

    package init(user: RateLimit, address: RateLimit) {
        self.user = RateLimitPolicy(name: "user", limit: user)
        self.address = RateLimitPolicy(name: "address", limit: address)
    }

    package func questions(_ subject: RequestGuard.Subject, route: Route) -> [RateLimitQuestion] {
        switch subject {
        case .caller(let token): [RateLimitQuestion(policy: user, key: "rl:{\(token.userID)}:user:\(route.name)")]
        case .address(let text): [addressQuestion(text, name: route.name)]
        }
    }

    /// The limit on tokens from one address that turn out to be none.
    package func failedAuthentication(address text: String) -> [RateLimitQuestion] {
        [addressQuestion(text, name: "failed-authentication")]
    }

    /// An IPv6 client owns its /64 network and could take a new address for every request.
    private func addressQuestion(_ text: String, name: String) -> RateLimitQuestion {
        let prefix = IPAddress(text).map { Hexadecimal.encode($0.limitedPrefix) } ?? text
        return RateLimitQuestion(policy: address, key: "rl:{\(prefix)}:address:\(name)")
    }
}
