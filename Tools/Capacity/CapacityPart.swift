/// What a cluster is made of, each part of which grows by itself.
package enum CapacityPart: String, Codable, CaseIterable, Hashable, Sendable {
    case nginx, gateway, strategies, auth, primary, replica, redis
    case loadGenerator = "load generator"

    /// From a process's name; `nil` for one that no request needs.
    init?(process name: String) {
        switch name {
        case "load generator", "nginx", "redis": self.init(rawValue: name)
        // The benchmark's cluster has one replica, and its primary is the first server.
        case "postgres-1": self = .primary
        case _ where name.hasPrefix("postgres-"): self = .replica
        default:
            guard let kind = name.split(separator: "-").first.flatMap({ CapacityPart(rawValue: String($0)) }),
                kind == .gateway || kind == .strategies || kind == .auth
            else { return nil }
            self = kind
        }
    }
}
