import Documents

// The block `migration` of a route: from which service to which, and how.
extension ConfigurationReader {
    private static let migrationKeys = [
        "legacy", "candidate", "stage", "percent", "salt", "first_users", "testers", "tester_roles", "mapping",
        "shadow",
        "compare", "guards",
    ]
    private static let userNumber = "the number of a user"

    mutating func migration(
        _ node: DocumentNode?, paths: [String], access: Route.Access, hasReads: Bool, upstreams: [UpstreamDefinition]
    ) -> RouteMigration? {
        guard let node, let section = section(node, keys: Self.migrationKeys, required: ["legacy", "candidate"])
        else { return nil }
        let legacy = upstream(section["legacy"], among: upstreams)
        let candidate = upstream(section["candidate"], among: upstreams)
        if let legacy, legacy == candidate, let node = section["candidate"] {
            report(node, "is the legacy upstream itself")
        }
        let stage = stage(section)
        let salt = value(
            section["salt"], "a name: small letters, digits, dots, - and _, at most 64", ConfigurationValue.name)
        let firstUsers = users(section["first_users"])
        let testers = users(section["testers"])
        let roles = section["tester_roles"].flatMap { self.roles($0) } ?? []
        for key in ["first_users", "testers", "tester_roles"] {
            guard access == .anonymous, let node = section[key] else { continue }
            report(node, "a route for anonymous callers knows no users")
        }
        let mapping = mapping(section["mapping"], paths: paths)
        let shadow = shadow(section["shadow"])
        let comparison = comparison(section["compare"])
        let guards = guards(section["guards"])
        guard let legacy, let candidate else { return nil }
        return RouteMigration(
            legacy: legacy, candidate: candidate, initial: stage, salt: salt, firstUsers: firstUsers, testers: testers,
            testerRoles: roles, mapping: mapping, hasReads: hasReads, shadow: shadow, comparison: comparison,
            guards: guards, bridge: bridge(to: legacy, among: upstreams))
    }

    private mutating func upstream(
        _ node: DocumentNode?, among upstreams: [UpstreamDefinition]
    ) -> UpstreamName? {
        guard let node, let text = text(node) else { return nil }
        guard let upstream = upstreams.first(where: { $0.name.rawValue == text.value }) else {
            report(node, "there is no upstream \(text.shown)")
            return nil
        }
        return upstream.name
    }

    private func bridge(to legacy: UpstreamName, among upstreams: [UpstreamDefinition]) -> IdentityBridge? {
        upstreams.first { $0.name == legacy }?.tokens.map(IdentityBridge.init)
    }

    private mutating func stage(_ section: [String: DocumentNode]) -> MigrationStage {
        let names = MigrationStage.names
        let name = value(section["stage"], "one of \(names.joined(separator: ", "))") { names.contains($0) ? $0 : nil }
        let percent = value(section["percent"], "a whole number from 1 to 99") { text in
            ConfigurationValue.count(text).flatMap { $0 < 100 ? $0 : nil }
        }
        guard let name else { return .legacy }
        if name == "canary", section["percent"] == nil, let node = section["stage"] {
            report(node, "a canary needs the key percent")
        } else if name != "canary", let node = section["percent"] {
            report(node, "belongs to the stage canary")
        }
        return MigrationStage(name: name, percent: percent) ?? .legacy
    }

    private mutating func users(_ node: DocumentNode?) -> Set<Int> {
        guard let node, let nodes = oneOrMore(node) else { return [] }
        var users: Set<Int> = []
        for node in nodes {
            guard let user = value(node, Self.userNumber, ConfigurationValue.count) else { continue }
            if !users.insert(user).inserted { report(node, "\(user) is there twice") }
        }
        return users
    }

    // MARK: Mapping

    private mutating func mapping(_ node: DocumentNode?, paths: [String]) -> MigrationMapping {
        var mapping = MigrationMapping()
        guard let node, let section = section(node, keys: ["path", "status", "fields"]) else { return mapping }
        let template = value(section["path"], "a path such as /api/v1/strategies/{id}") {
            Self.isPath($0) ? $0 : nil
        }
        if let template, let node = section["path"] {
            for path in paths {
                guard let unknown = mapping.map(path, to: template) else { continue }
                report(node, "\(path) has no \(unknown)")
            }
        }
        for (name, member) in section["status"].flatMap({ members($0) }) ?? [] {
            let from = Self.status(name)
            if from == nil { report(member, "is no status code from 200 to 599") }
            guard let to = value(member, "a status code from 200 to 599", Self.status), let from else { continue }
            mapping.statuses[from] = to
        }
        mapping.fields = fields(section["fields"])
        return mapping
    }

    /// The candidate's names by the monolith's.
    private mutating func fields(_ node: DocumentNode?) -> FieldMapping {
        var names: [String: String] = [:]
        for (name, member) in node.flatMap({ members($0) }) ?? [] {
            guard let text = value(member, "the name of a member", { $0 }) else { continue }
            if names.values.contains(text) { report(member, "\(text) stands for another name already") }
            names[name] = text
        }
        return FieldMapping(names)
    }

    private static func status(_ text: String) -> Int? {
        ConfigurationValue.count(text).flatMap { (200...599).contains($0) ? $0 : nil }
    }
}
