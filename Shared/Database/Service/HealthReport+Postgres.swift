package import HTTPService
package import JSON
package import Postgres

extension HealthReport.Component {
    /// The member `postgres` of `/health`: usable while some server answers reads.
    package static func postgres(_ cluster: PostgresCluster) -> Self {
        Self("postgres", isUsable: { cluster.isReady }) { _ in cluster.status.json }
    }
}

extension PostgresClusterStatus {
    /// `{"primary": "ok", "replicas": [{"lag_ms": 12, "in_rotation": true}]}`; it names no server.
    package var json: JSONValue {
        let replicas = replicas.map { replica in
            let lag = replica.lag.map { JSONValue.number(String(Int($0 / .milliseconds(1)))) }
            return JSONValue.object(
                JSONObject(["lag_ms": lag ?? .null, "in_rotation": .bool(replica.isInRotation)]))
        }
        return .object(
            JSONObject([
                "primary": .string(primary?.isUsable == true ? "ok" : "unavailable"), "replicas": .array(replicas),
            ]))
    }
}
