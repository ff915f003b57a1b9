import Foundation
import JSON
import TestSupport

extension ClusterUnderTest {
    /// A PostgreSQL server as `desk status --json` shows it.
    struct DatabaseEntry {
        let name: String
        let id: Int32?
        let isReady: Bool
        let role: String?
        let epoch: Int?
        let lagBytes: Int?
        let isSynchronous: Bool
    }

    /// A folder for a cluster that is started several times.
    static func newFolder() -> String {
        FileManager.default.temporaryDirectory.appending(path: "cryptodesk-e2e-\(UUID().uuidString.prefix(8))").path
    }

    /// All PostgreSQL servers; empty before the supervisor answers.
    func databases() async throws -> [DatabaseEntry] {
        let (output, status) = try await desk("status", "--json")
        guard status == 0, let root = try? JSONValue(parsing: output.utf8) else { return [] }
        let entries = root.object?["processes"]?.array ?? []
        return entries.compactMap(\.object).compactMap { entry in
            guard let name = entry["name"]?.string, name.hasPrefix("postgres-") else { return nil }
            return DatabaseEntry(
                name: name, id: entry["pid"]?.integer.map { Int32($0) }, isReady: entry["ready"]?.bool ?? false,
                role: entry["role"]?.string, epoch: entry["epoch"]?.integer, lagBytes: entry["lag_bytes"]?.integer,
                isSynchronous: entry["sync"]?.bool ?? false)
        }
    }

    func databaseNames() async throws -> [String] { try await databases().map(\.name) }

    func database(_ name: String) async throws -> DatabaseEntry {
        guard let entry = try await databases().first(where: { $0.name == name }) else {
            throw Failed(description: "There is no \(name).")
        }
        return entry
    }

    /// What psql prints for one statement of the superuser's; empty for a statement without rows.
    @discardableResult
    func query(_ server: String, _ sql: String) async throws -> String {
        let (output, status) = try await Self.run([
            "psql", "--data", folder, "--role", "postgres", "--server", server, "--", "-qAtX", "-v", "ON_ERROR_STOP=1",
            "-c", sql,
        ])
        guard status == 0 else { throw Failed(description: "\(server): \(output)") }
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
