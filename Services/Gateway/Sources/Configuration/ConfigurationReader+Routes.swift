import Authentication
import Documents
import NIOHTTP1

// The section `routes`: what exists, and what a request must pass.
extension ConfigurationReader {
    private static let routeKeys = [
        "name", "methods", "path", "upstream", "migration", "built_in", "access", "policies", "cost", "timeout",
        "max_body",
        "priority", "allows_upgrade", "api_keys", "browser_session",
    ]
    /// `HEAD` comes with `GET`, and `OPTIONS` is answered everywhere.
    private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

    /// What the gateway answers itself.
    private enum BuiltIn: String, CaseIterable {
        case health
        case stream

        var destination: Route.Destination {
            switch self {
            case .health: .health
            case .stream: .stream
            }
        }
    }

    mutating func routes(
        _ node: DocumentNode?, policies: [String: RateLimitPolicy?], upstreams: [UpstreamDefinition]
    ) -> [Route] {
        guard let node, let nodes = elements(node) else { return [] }
        var taken = TakenRoutes()
        if nodes.isEmpty { report(node, "must name a route") }
        return nodes.flatMap { routes(one: $0, policies: policies, upstreams: upstreams, taken: &taken) }
    }

    /// A route of the file is one for each of its paths.
    private mutating func routes(
        one node: DocumentNode, policies: [String: RateLimitPolicy?], upstreams: [UpstreamDefinition],
        taken: inout TakenRoutes
    ) -> [Route] {
        guard let section = section(node, keys: Self.routeKeys, required: ["name", "methods", "path"]) else {
            return []
        }
        let name = value(
            section["name"], "a name: small letters, digits, dots, - and _, at most 64", ConfigurationValue.name)
        if let name, let node = section["name"], !taken.names.insert(name).inserted {
            report(node, "there is another route \(name)")
        }
        let methods = section["methods"].flatMap { routeMethods($0) } ?? []
        let access = choice(section["access"], Route.Access.allCases) ?? .authenticated
        let paths = section["path"].flatMap { self.paths($0, methods, name ?? "", taken: &taken) } ?? []
        let migration = migration(
            section["migration"], paths: paths, access: access, hasReads: methods.contains(.GET), upstreams: upstreams)
        let destination = self.destination(section, of: node, access, methods, migration, upstreams: upstreams)
        let limits = self.limits(section, name ?? "", access, destination, policies: policies, upstreams: upstreams)
        let timeout = value(section["timeout"], "a time such as 500ms, 5s or 2m", ConfigurationValue.duration)
        let maximumBody = value(section["max_body"], "a size such as 64KB or 10MB", ConfigurationValue.bytes)
        let priority = choice(section["priority"], RequestPriority.allCases) ?? .normal
        let allowsUpgrade = value(section["allows_upgrade"], "true or false") { Bool($0) } ?? false
        if allowsUpgrade, section["built_in"] != nil, let node = section["allows_upgrade"] {
            report(node, "only a service can go on as a WebSocket of its own")
        }
        let resource = choice(section["api_keys"], ScopedResource.allCases)
        if resource != nil, access == .anonymous, destination != .stream, let node = section["api_keys"] {
            report(node, "a route for anonymous callers looks at no key")
        }
        let browserSession = choice(section["browser_session"], Route.BrowserSession.allCases)
        if browserSession != nil, access != .anonymous || methods != [.POST] || section["upstream"] == nil,
            let node = section["browser_session"]
        {
            report(node, "only a service can keep browser sessions: access is anonymous, methods is POST")
        }
        guard let name, let destination else { return [] }
        return paths.map { path in
            Route(
                name, methods, path, to: destination, access: access, limits: limits, timeout: timeout,
                maximumBody: maximumBody, priority: priority, allowsUpgrade: allowsUpgrade, resource: resource,
                browserSession: browserSession, migration: migration)
        }
    }

    // MARK: Methods and paths

    /// Which names, and which methods of which paths, other routes have.
    private struct TakenRoutes {
        var names: Set<String> = []
        var methods: [String: String] = [:]
    }

    private mutating func routeMethods(_ node: DocumentNode) -> [HTTPMethod]? {
        guard let nodes = oneOrMore(node) else { return nil }
        if nodes.isEmpty { report(node, "must name a method") }
        var methods: [HTTPMethod] = []
        for node in nodes {
            let expected = "one of \(Self.methods.joined(separator: ", "))"
            guard let method = value(node, expected, { Self.methods.contains($0) ? HTTPMethod(rawValue: $0) : nil })
            else { continue }
            if methods.contains(method) { report(node, "\(method) is there twice") }
            methods.append(method)
        }
        return methods
    }

    private mutating func paths(
        _ node: DocumentNode, _ methods: [HTTPMethod], _ name: String, taken: inout TakenRoutes
    ) -> [String]? {
        guard let nodes = oneOrMore(node) else { return nil }
        if nodes.isEmpty { report(node, "must be a path") }
        var paths: [String] = []
        for node in nodes {
            let expected = "a path such as /api/v1/strategies/{id}, as a request has it"
            guard let path = value(node, expected, { Self.isPath($0) ? $0 : nil }) else { continue }
            paths.append(path)
            for method in methods {
                // To the router, one parameter is like another.
                let segments = path.split(separator: "/", omittingEmptySubsequences: false)
                let place = method.rawValue + segments.map { $0.hasPrefix("{") ? "{}" : $0 }.joined(separator: "/")
                if let other = taken.methods.updateValue(name, forKey: place) {
                    report(node, "\(method) \(path) is taken by the route \(other)")
                }
            }
        }
        return paths
    }

    /// Whether a request can have such a path, where a segment in braces stands for any other.
    static func isPath(_ text: String) -> Bool {
        guard text.hasPrefix("/"), !text.contains("?") else { return false }
        let segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var plain: [Substring] = []
        for segment in segments {
            guard segment.contains("{") || segment.contains("}") else {
                plain.append(segment)
                continue
            }
            let inner = segment.dropFirst().dropLast()
            guard segment.hasPrefix("{"), segment.hasSuffix("}"), ConfigurationValue.name(String(inner)) != nil else {
                return false
            }
            plain.append("x")
        }
        return (try? RequestTarget("/" + plain.joined(separator: "/"), isOptions: false)) != nil
    }

    // MARK: Destinations and limits

    private mutating func destination(
        _ section: [String: DocumentNode], of node: DocumentNode, _ access: Route.Access,
        _ methods: [HTTPMethod], _ migration: RouteMigration?, upstreams: [UpstreamDefinition]
    ) -> Route.Destination? {
        guard ["upstream", "migration", "built_in"].count(where: { section[$0] != nil }) == 1 else {
            report(node, "needs one of upstream, migration and built_in")
            return nil
        }
        if section["migration"] != nil { return migration.map { .upstream($0.legacy) } }
        if let node = section["built_in"] {
            guard let builtIn = choice(node, BuiltIn.allCases) else { return nil }
            if builtIn == .health, access != .anonymous || section["policies"] != nil {
                report(node, "health is answered to anybody and not counted: access is anonymous, without policies")
            }
            if builtIn == .stream, access != .anonymous || methods != [.GET] {
                report(
                    node,
                    "stream learns from the handshake or the first message who calls: access is anonymous, methods is GET"
                )
            }
            return builtIn.destination
        }
        guard let text = section["upstream"].flatMap({ text($0) }), let node = section["upstream"] else { return nil }
        guard let upstream = upstreams.first(where: { $0.name.rawValue == text.value }) else {
            report(node, "there is no upstream \(text.shown)")
            return nil
        }
        return .upstream(upstream.name)
    }

    private mutating func limits(
        _ section: [String: DocumentNode], _ name: String, _ access: Route.Access,
        _ destination: Route.Destination?, policies: [String: RateLimitPolicy?], upstreams: [UpstreamDefinition]
    ) -> [RouteLimit] {
        let cost = value(section["cost"], "a whole number from 1 on", ConfigurationValue.count)
        let service: UpstreamName? = if case .upstream(let name)? = destination { name } else { nil }
        var asked: [RateLimitPolicy] = []
        var limits: [RouteLimit] = []
        for node in section["policies"].flatMap({ oneOrMore($0) }) ?? [] {
            guard let text = text(node) else { continue }
            guard let known = policies[text.value] else {
                report(node, "there is no policy \(text.shown)")
                continue
            }
            guard let policy = known else { continue }
            if asked.contains(where: { $0 === policy }) { report(node, "\(policy.name) is there twice") }
            asked.append(policy)
            check(policy, at: node, access, destination)
            limits.append(add(policy, cost, at: section["cost"] ?? node, route: name, service: service))
        }
        if let service, let policy = upstreams.first(where: { $0.name == service })?.limit,
            let place = section["upstream"] ?? section["migration"]
        {
            limits.append(add(policy, cost, at: section["cost"] ?? place, route: name, service: service))
        }
        return limits
    }

    private mutating func check(
        _ policy: RateLimitPolicy, at node: DocumentNode, _ access: Route.Access,
        _ destination: Route.Destination?
    ) {
        if policy.countsCallers, access == .anonymous, destination != .stream {
            report(node, "\(policy.name) counts callers, and the route is for anonymous ones")
        }
        // What is wrong with the destination has been told.
        guard let destination, policy.key.contains(.service) else { return }
        if case .upstream = destination {
        } else {
            report(node, "\(policy.name) counts by service, and the route leads to none")
        }
    }

    private mutating func add(
        _ policy: RateLimitPolicy, _ cost: Int?, at node: DocumentNode, route: String, service: UpstreamName?
    ) -> RouteLimit {
        let limit = RouteLimit(policy, route: route, service: service, cost: cost)
        // Of the whole burst a part may be held by other gateways.
        if limit.cost > max(1, policy.limit.burst / 2) {
            report(
                node,
                "a request costs \(limit.cost), more than half of the burst of \(policy.name), "
                    + "\(policy.limit.burst)")
        }
        return limit
    }
}
