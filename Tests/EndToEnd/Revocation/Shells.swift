import Foundation
import Postgres
import TestSupport

/// PostgreSQL's primary of a cluster, asked behind everybody's back.
struct DatabaseShell: Sendable {
    private let session: PostgresSession

    init(_ cluster: ClusterUnderTest) async throws {
        let server = try await cluster.processes().first { $0.name.hasPrefix("postgres") }
        guard let port = server?.port else { throw ClusterUnderTest.Failed(description: "There is no PostgreSQL.") }
        let password = try String(
            contentsOfFile: cluster.folder + "/secrets/cryptodesk_owner.password", encoding: .utf8)
        session = try await PostgresSession.connect(
            url: "postgresql://cryptodesk_owner@127.0.0.1:\(port)/cryptodesk",
            password: password.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    func integer(_ sql: String) async throws -> Int {
        guard let number = try await session.execute(sql).integer(0, 0) else {
            throw ClusterUnderTest.Failed(description: "No number: \(sql)")
        }
        return number
    }
}

/// Redis (state) of a cluster, spoken to behind everybody's back.
struct RedisShell: Sendable {
    private let folder: String

    init(_ cluster: ClusterUnderTest) { folder = cluster.folder }

    @discardableResult
    func run(_ command: String...) async throws -> String {
        try await ClusterUnderTest.run(["redis", "--data", folder] + command).output
    }
}
