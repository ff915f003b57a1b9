import Authentication
import Documents
import Settings

// The section `policies`: what requests are counted by.
extension ConfigurationReader {
    private static let policyKeys = ["key", "limit", "roles", "cost", "exact", "when_redis_is_away"]
    /// The limit of a whole upstream has this name.
    static let serviceLimitName = "service"

    /// The policies by their names; one with a mistake is there as `nil`, so that routes that name it are not told of.
    mutating func policies(_ node: DocumentNode?) -> [String: RateLimitPolicy?] {
        var policies: [String: RateLimitPolicy?] = [:]
        guard let node, let members = members(node) else { return policies }
        for (name, member) in members {
            if ConfigurationValue.name(name) == nil || name == Self.serviceLimitName {
                report(member, name == Self.serviceLimitName ? "is the name of the upstreams' limits" : Self.noName)
            }
            policies.updateValue(policy(name, member), forKey: name)
        }
        return policies
    }

    static let noName = "is no name: small letters, digits, dots, - and _, at most 64"

    private mutating func policy(_ name: String, _ node: DocumentNode) -> RateLimitPolicy? {
        guard let section = section(node, keys: Self.policyKeys, required: ["key", "limit"]) else { return nil }
        let key = section["key"].flatMap { keyParts($0) }
        let limit = rate(section["limit"])
        let roles = section["roles"].flatMap { self.roles($0) }
        let cost = value(section["cost"], "a whole number from 1 on", ConfigurationValue.count)
        let isExact = value(section["exact"], "true or false") { Bool($0) }
        let fallback = choice(section["when_redis_is_away"], RateLimitPolicy.Fallback.allCases)
        guard let key, let limit else { return nil }
        return RateLimitPolicy(
            name: name, limit: limit, key: key, roles: roles, cost: cost ?? 1, isExact: isExact ?? false,
            fallback: fallback ?? .local)
    }

    mutating func rate(_ node: DocumentNode?) -> RateLimit? {
        value(node, "a rate such as 100/s or 100/s burst 200, with the unit s, m, h or d") {
            RateLimit(settingText: $0)
        }
    }

    private mutating func keyParts(_ node: DocumentNode) -> Set<RateLimitPolicy.KeyPart>? {
        guard let nodes = oneOrMore(node) else { return nil }
        guard !nodes.isEmpty else {
            report(node, "must name what requests are counted by")
            return nil
        }
        var parts: Set<RateLimitPolicy.KeyPart> = []
        for node in nodes {
            guard let part = choice(node, RateLimitPolicy.KeyPart.allCases) else { continue }
            if !parts.insert(part).inserted { report(node, "\(part.rawValue) is there already") }
        }
        return parts
    }

    mutating func roles(_ node: DocumentNode) -> Set<Role>? {
        guard let nodes = oneOrMore(node) else { return nil }
        if nodes.isEmpty { report(node, "must name a role") }
        return Set(nodes.compactMap { choice($0, Role.allCases) })
    }
}
