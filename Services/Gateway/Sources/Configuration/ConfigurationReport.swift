import Authentication
import Documents
package import JSON
import NIOHTTP1

/// A configuration as JSON: what the admin port and `check-config --json` show, and `desk routes` reads.
///
/// Where the instances are is not shown.
package struct ConfigurationReport: Sendable {
    private let configuration: GatewayConfiguration

    package init(_ configuration: GatewayConfiguration) { self.configuration = configuration }

    package var json: JSONObject {
        var report = JSONObject()
        report["file"] = .string(configuration.file)
        report["hash"] = .string(configuration.hash)
        report["routes"] = .array(configuration.routes.map { .object(Self.route($0)) })
        report["policies"] = .array(configuration.policies.map { .object(Self.policy($0)) })
        report["upstreams"] = .array(configuration.upstreams.map { .object(Self.upstream($0)) })
        return report
    }

    private static func route(_ route: Route) -> JSONObject {
        var json = JSONObject()
        json["name"] = .string(route.name)
        json["methods"] = .array(route.methods.map { .string($0.rawValue) })
        json["path"] = .string(route.path)
        switch route.destination {
        case .upstream(let name): json["upstream"] = .string(name.rawValue)
        case .health: json["built_in"] = .string("health")
        case .stream: json["built_in"] = .string("stream")
        }
        json["access"] = .string(route.access.rawValue)
        json["policies"] = .array(
            route.limits.map { limit in
                var json = JSONObject()
                json["name"] = .string(limit.policy.name)
                json["limit"] = .string(limit.policy.limit.settingText)
                json["cost"] = .number("\(limit.cost)")
                return .object(json)
            })
        json["timeout_ms"] = route.timeout.map { .number("\($0.wholeMilliseconds)") } ?? .null
        json["max_body_bytes"] = route.maximumBody.map { .number("\($0)") } ?? .null
        json["priority"] = .string(route.priority.rawValue)
        json["allows_upgrade"] = .bool(route.allowsUpgrade)
        json["api_keys"] = route.resource.map { .string($0.rawValue) } ?? .null
        json["browser_session"] = route.browserSession.map { .string($0.rawValue) } ?? .null
        json["migration"] = route.migration.map { .object(migration($0)) } ?? .null
        return json
    }

    private static func migration(_ migration: RouteMigration) -> JSONObject {
        var json = JSONObject()
        json["legacy"] = .string(migration.legacy.rawValue)
        json["candidate"] = .string(migration.candidate.rawValue)
        json["initial"] = .string("\(migration.initial)")
        json["salt"] = .string(migration.salt)
        json["first_users"] = .number("\(migration.firstUsers.count)")
        json["testers"] = .number("\(migration.testers.count)")
        json["tester_roles"] = .array(migration.testerRoles.map(\.rawValue).sorted().map { .string($0) })
        return json
    }

    private static func policy(_ policy: RateLimitPolicy) -> JSONObject {
        var json = JSONObject()
        json["name"] = .string(policy.name)
        json["key"] = .array(
            RateLimitPolicy.KeyPart.allCases.filter(policy.key.contains).map { .string($0.rawValue) })
        json["limit"] = .string(policy.limit.settingText)
        json["roles"] = policy.roles.map { .array($0.map(\.rawValue).sorted().map { .string($0) }) } ?? .null
        json["cost"] = .number("\(policy.cost)")
        json["exact"] = .bool(policy.isExact)
        json["when_redis_is_away"] = .string(policy.fallback.rawValue)
        return json
    }

    private static func upstream(_ upstream: UpstreamDefinition) -> JSONObject {
        var json = JSONObject()
        json["name"] = .string(upstream.name.rawValue)
        json["instances"] = .number("\(upstream.endpoints.count)")
        json["limit"] = upstream.limit.map { .string($0.limit.settingText) } ?? .null
        json["takes_tokens"] = .bool(upstream.tokens != nil)
        json["concurrency"] = upstream.concurrency.map { .number("\($0)") } ?? .null
        return json
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}

extension DocumentError {
    /// `[{"file":…,"line":…,"key":…,"message":…}]`
    package var json: JSONValue {
        .array(
            problems.map { problem in
                var json = JSONObject()
                json["file"] = .string(problem.file)
                json["line"] = problem.line.map { .number("\($0)") } ?? .null
                json["key"] = .string(problem.key)
                json["message"] = .string(problem.message)
                return .object(json)
            })
    }
}
