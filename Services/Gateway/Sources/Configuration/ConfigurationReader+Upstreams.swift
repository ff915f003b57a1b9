import Documents
import Settings

// The section `upstreams`: which services there are, and where.
extension ConfigurationReader {
    private static let upstreamKeys = ["endpoints", "limit", "concurrency", "tokens"]

    mutating func upstreams(_ node: DocumentNode?) -> [UpstreamDefinition] {
        guard let node, let members = members(node) else { return [] }
        return members.map { name, member in
            if ConfigurationValue.name(name) == nil { report(member, Self.noName) }
            return upstream(UpstreamName(rawValue: name), member)
        }
    }

    private mutating func upstream(_ name: UpstreamName, _ node: DocumentNode) -> UpstreamDefinition {
        let section = section(node, keys: Self.upstreamKeys, required: ["endpoints"]) ?? [:]
        let endpoints = section["endpoints"].flatMap { self.endpoints($0) }
        let limit = rate(section["limit"]).map {
            RateLimitPolicy(name: Self.serviceLimitName, limit: $0, key: [.service])
        }
        let concurrency = value(section["concurrency"], "a whole number from 1 on", ConfigurationValue.count)
        return UpstreamDefinition(
            name: name, endpoints: endpoints ?? [], limit: limit, concurrency: concurrency,
            tokens: section["tokens"].flatMap { legacyTokens($0) })
    }

    /// A list, or one text with commas, which is how a setting has it.
    private mutating func endpoints(_ node: DocumentNode) -> [UpstreamEndpoint]? {
        guard let nodes = oneOrMore(node) else { return nil }
        var endpoints: [UpstreamEndpoint] = []
        var isComplete = true
        for node in nodes {
            guard let text = text(node) else {
                isComplete = false
                continue
            }
            for part in [String](settingText: text.value) ?? [] {
                guard let endpoint = UpstreamEndpoint(part) else {
                    report(
                        node, "\"\(part)\"\(text.setting.map { " (from \($0))" } ?? "") is not host:port or unix:/path")
                    isComplete = false
                    continue
                }
                if endpoints.contains(endpoint) { report(node, "\(endpoint) is there twice") }
                endpoints.append(endpoint)
            }
        }
        if isComplete, !(1...64).contains(endpoints.count) {
            report(node, "must be 1 to 64 instances as host:port or unix:/path, not \(endpoints.count)")
        }
        return endpoints
    }
}
