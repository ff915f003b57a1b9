import JSON
import Postgres
import ServiceDatabase
import Settings
import Testing

@Suite("A service's database")
struct DatabaseSettingsTests {
    private static func settings(_ environment: [String: String]) async throws -> DatabaseSettings {
        try DatabaseSettings(reader: try await SettingsReader(environment: environment))
    }

    @Test("is several servers, named in one setting")
    func urls() async throws {
        let settings = try await Self.settings(["POSTGRES_URLS": "postgresql://a/x, postgresql://b/x?sslmode=require"])
        #expect(settings.urls == ["postgresql://a/x", "postgresql://b/x?sslmode=require"])
        #expect(settings.password == nil && settings.maximumStaleness == .seconds(1))
    }

    @Test(
        "is refused with the name of the setting",
        arguments: [
            [:], ["POSTGRES_URLS": "postgresql://a/x", "REPLICA_MAX_STALENESS_MS": "100"],
            ["POSTGRES_URLS": String(repeating: "postgresql://a/x,", count: 17)],
        ])
    func refused(_ environment: [String: String]) async throws {
        let error = await #expect(throws: SettingsError.self) { try await Self.settings(environment) }
        let key = environment.count == 2 ? "REPLICA_MAX_STALENESS_MS" : "POSTGRES_URLS"
        #expect(error?.description.contains(key) == true)
    }

    @Test("shows its primary and each replica's lag in /health, and names no server")
    func health() {
        let status = PostgresClusterStatus(
            epoch: 3, primary: .init(name: "postgres-2", isUsable: true),
            replicas: [
                .init(name: "postgres-1", isInRotation: true, lag: .milliseconds(12)),
                .init(name: "postgres-3", isInRotation: false, lag: nil),
            ])
        #expect(
            status.json.serialized()
                == #"{"primary":"ok","replicas":[{"lag_ms":12,"in_rotation":true},{"lag_ms":null,"in_rotation":false}]}"#
        )
        let none = PostgresClusterStatus(epoch: 0, primary: nil, replicas: [])
        #expect(none.json.serialized() == #"{"primary":"unavailable","replicas":[]}"#)
    }
}
