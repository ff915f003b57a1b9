import TestSupport
import Testing

@Suite("Reads while there is a replica")
struct ReplicaReadTests {
    private static let statements =
        "FROM pg_stat_statements WHERE query LIKE 'SELECT%' AND query LIKE '%trading_strategies%' AND query LIKE '%user_revisions%'"

    @Test("the primary runs no list, get, search or export at all")
    func primaryIsLeftAlone() async throws {
        // Under load a replica may be late, which is another test's matter.
        let cluster = try await ClusterUnderTest.start(["--set", "REPLICA_MAX_STALENESS_MS=10000"])
        let databases = try await cluster.databases()
        let primary = try #require(databases.first { $0.role == "primary" }?.name)
        let replica = try #require(databases.first { $0.role != "primary" }?.name)
        for name in [replica, primary] {
            try await cluster.query(name, "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
            let before = try await cluster.database(name).id
            #expect(try await cluster.desk("kill", name).status == 0)
            let isBack = try await eventually(within: .seconds(30)) {
                let entry = try await cluster.database(name)
                return entry.id != before && entry.isReady
            }
            #expect(isBack, "\(name) did not come back")
        }
        #expect(try await cluster.waitUntilReady())
        try await cluster.query(primary, "CREATE EXTENSION pg_stat_statements")
        let user = try await TestUser.make(cluster)
        let id = try await user.createStrategy()
        for instance in [1, 2] {
            let client = user.client.at(cluster.strategiesURL(instance)).with(token: user.accessToken)
            // Without a token of what it wrote: then the replica has it.
            #expect(try await eventually { try await client.get("/api/v1/strategies/\(id)").status == 200 })
        }
        for server in [primary, replica] { try await cluster.query(server, "SELECT pg_stat_statements_reset()") }
        for index in 0..<50 {
            let client = index % 2 == 0 ? user.client : user.client.with(token: user.accessToken)
            for path in ["", "?q=momentum", "?sort=strategy_name&limit=1", "/\(id)", "/export", "/\(id)/versions"] {
                #expect(try await client.get("/api/v1/strategies\(path)").status == 200, "\(path)")
            }
        }
        #expect(try await cluster.query(primary, "SELECT count(*) \(Self.statements)") == "0")
        let calls = try await cluster.query(replica, "SELECT sum(calls) \(Self.statements)")
        #expect((Int(calls) ?? 0) >= 300, "\(calls)")
        #expect(try await cluster.stop() == 0)
    }
}
