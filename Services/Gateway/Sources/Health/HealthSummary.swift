import JSON

/// The state of the cluster as one gateway sees it. It names no host and no address.
package struct HealthSummary: Sendable {
    private let upstreams: [(name: UpstreamName, instances: [InstanceTable.Instance])]
    private let redisIsReady: Bool
    private let revocationsAreReady: Bool

    package init(
        upstreams: [(name: UpstreamName, instances: [InstanceTable.Instance])], redisIsReady: Bool,
        revocationsAreReady: Bool
    ) {
        self.upstreams = upstreams
        self.redisIsReady = redisIsReady
        self.revocationsAreReady = revocationsAreReady
    }

    /// Requests can be served: every service has an instance that is well, and the revocations are known.
    package var canServe: Bool {
        revocationsAreReady && upstreams.allSatisfy { $0.instances.contains { $0.health.status == .healthy } }
    }

    private var isComplete: Bool {
        canServe && redisIsReady && upstreams.allSatisfy { $0.instances.allSatisfy { $0.health.status == .healthy } }
    }

    package func render(isDraining: Bool) -> String {
        var services = JSONObject()
        for upstream in upstreams { services[upstream.name.rawValue] = render(upstream.instances) }
        var body = JSONObject()
        body["status"] = .string(
            isDraining ? "draining" : isComplete ? "ok" : canServe ? "degraded" : "unavailable")
        body["services"] = .object(services)
        body["postgres"] = postgres
        body["redis"] = .string(redisIsReady ? "ok" : "unavailable")
        body["version"] = .string(GatewayHealth.version)
        return JSONValue.object(body).serialized()
    }

    private func render(_ instances: [InstanceTable.Instance]) -> JSONValue {
        let healthy = instances.filter { $0.health.status == .healthy }.count
        let status = healthy == instances.count ? "ok" : healthy > 0 ? "degraded" : "unavailable"
        let list = instances.map { instance in
            JSONValue.object(["status": .string(Self.text(instance.health.status))])
        }
        return .object(["status": .string(status), "instances": .array(list)])
    }

    private static func text(_ status: EndpointHealth.Status) -> String {
        switch status {
        case .healthy: "ok"
        case .unknown: "unknown"
        case .doubtful, .unreachable: "unavailable"
        }
    }

    /// What the services say of PostgreSQL: the best report, since one instance's trouble is not the database's.
    private var postgres: JSONValue {
        let reports = upstreams.flatMap(\.instances).compactMap { $0.report?["postgres"]?.object }
        let best = reports.first { $0["primary"]?.string == "ok" } ?? reports.first
        return .object([
            "primary": best?["primary"] ?? .string("unknown"), "replicas": best?["replicas"] ?? .array([]),
        ])
    }
}

extension JSONValue {
    fileprivate static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(JSONObject(members))
    }
}
