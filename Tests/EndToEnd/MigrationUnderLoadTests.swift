import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

/// The worked example of `docs/migration.md` while its users go on working.
@Suite("A whole migration under load", .serialized)
struct MigrationUnderLoadTests {
    private static let routes = ["tasks", "tasks.one"]
    private static let userCount = TestEnvironment.isSlow ? 1000 : 200
    private static let workers = TestEnvironment.isSlow ? 16 : 6
    /// How many requests each stage has to see before the next one.
    private static let requestsOfStage = TestEnvironment.isSlow ? 3000 : 250

    /// Made by passlib, cheap to verify.
    private static let known = (
        password: "Imported-Hörse-2", hash: "$2b$05$g1sMi8FV2M1VbqU/uwL/4uIL8xS8L4uYSBPZLpbJbHJzJ1JmdIk9S"
    )

    /// Users who are signed in at the monolith, through the gateways, with a task each.
    private func makeUsers(_ monolith: MonolithUnderTest) async throws -> [MigrationLoad.User] {
        let run = UUID().uuidString
        let rows = try await monolith.query(
            """
            WITH people AS (
                INSERT INTO users (email, full_name, hashed_password)
                SELECT 'User-' || n || '-\(run)@example.com', 'User ' || n, '\(Self.known.hash)'
                FROM generate_series(1, \(Self.userCount)) AS n
                RETURNING id, email
            )
            INSERT INTO tasks (owner_id, title, description) SELECT id, 'First', email FROM people
            RETURNING owner_id, id, description
            """)
        let password = Self.known.password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        var users: [MigrationLoad.User] = []
        for row in rows.split(separator: "\n").map({ $0.split(separator: "|").map(String.init) }) {
            try #require(row.count == 3)
            let client = APIClient(monolith.cluster.gatewayURL(1 + users.count % 2))
            let login = try await client.send(
                .POST, "/token", body: ("application/x-www-form-urlencoded", "username=\(row[2])&password=\(password)"))
            users.append(
                MigrationLoad.User(
                    legacyID: try #require(Int(row[0])),
                    client: client.with(token: try #require(login["access_token"]?.string, "\(login.text)")),
                    task: try #require(Int(row[1]))))
        }
        return users
    }

    private func bringOver(_ monolith: MonolithUnderTest) async throws {
        let csv = try await monolith.query(
            """
            COPY (SELECT id AS legacy_user_id, email, full_name, hashed_password AS password_hash FROM users)
            TO STDOUT CSV HEADER
            """)
        let file = FileManager.default.temporaryDirectory.appending(path: "users-\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: file) }
        try csv.write(to: file, atomically: true, encoding: .utf8)
        let imported = try await monolith.cluster.desk("users", "import", file.path)
        try #require(imported.status == 0, "\(imported.output)")
    }

    /// What a store holds, as the load's record has it; without the tasks that nobody changes.
    private func stored(_ rows: String) -> [Int: [Int: String]] {
        var tasks: [Int: [Int: String]] = [:]
        for row in rows.split(separator: "\n").map({ $0.split(separator: "|").map(String.init) }) {
            guard row.count == 3, let owner = Int(row[0]), let id = Int(row[1]), row[2] != "First" else { continue }
            tasks[owner, default: [:]][id] = row[2]
        }
        return tasks
    }

    @Test("from the monolith to the services and once back in the middle: nothing fails, is lost, or is done twice")
    func wholeWay() async throws {
        let monolith = try await MonolithUnderTest.start(gateways: 2, isBehindGateways: true)
        let cluster = monolith.cluster
        let users = try await makeUsers(monolith)
        let load = MigrationLoad(users)
        func desk(_ words: String...) async throws {
            let (output, status) = try await ClusterUnderTest.run(words + ["--data", cluster.folder])
            try #require(status == 0, "\(words): \(output)")
        }
        func moveOn(_ more: String...) async throws {
            for route in Self.routes {
                let words = ["route", "advance", route, "--force"] + more + ["--data", cluster.folder]
                let (output, status) = try await ClusterUnderTest.run(words)
                try #require(status == 0, "\(output)")
            }
            try await settle()
        }
        /// Every user asks some more.
        func settle() async throws {
            let before = load.now
            let isSettled = try await eventually(within: .seconds(60)) {
                load.now.reads + load.now.writes >= before.reads + before.writes + Self.requestsOfStage
            }
            try #require(isSettled, "\(load.now.failures.prefix(5))")
        }
        /// Nobody who was on the candidate went back to the monolith.
        func expectNobodyFlipped() {
            let flips = load.now.sides.filter { $0.value != ["legacy"] && $0.value != ["candidate"] }
                .filter { $0.value != ["legacy", "candidate"] }
            #expect(flips.isEmpty, "\(flips)")
        }
        var applier: Process?
        defer { applier.map { _ = kill($0.processIdentifier, SIGKILL) } }
        try await load.run(workers: Self.workers) {
            try await settle()
            try await bringOver(monolith)
            try await desk("capture", "install")
            try await desk("backfill")
            applier = try monolith.applier()
            try await moveOn()
            for percent in ["25", "60", "99"] { try await moveOn("--percent", percent) }
            try await moveOn()
            // Whoever was looked for before the import is looked for again in the end.
            #expect(
                try await eventually(within: .seconds(60)) {
                    let sides = load.now.sides
                    return users.allSatisfy { sides[$0.legacyID]?.last == "candidate" }
                })
            try await desk("cutover", "tasks", "tasks.one")
            try await settle()
            expectNobodyFlipped()

            // Back to the monolith: its writes first, so that its readers see them.
            try await desk("cutover", "tasks", "tasks.one", "--back")
            for route in Self.routes { try await desk("route", "rollback", route, "--to", "legacy") }
            try await settle()
            load.forgetSides()
            try await settle()
            #expect(load.now.sides.values.allSatisfy { $0 == ["legacy"] })

            try await moveOn()
            try await moveOn("--percent", "50")
            try await moveOn()
            try await desk("cutover", "tasks", "tasks.one")
            try await settle()
            expectNobodyFlipped()
        }
        let result = load.now
        print("migration: \(result.reads) reads and \(result.writes) writes of \(users.count) users, none failed")
        #expect(result.failures.isEmpty, "\(result.failures.count): \(result.failures.prefix(5))")
        let verified = try await cluster.desk("verify")
        #expect(verified.status == 0, "\(verified.output)")
        let there = try await monolith.query("SELECT owner_id, id, title FROM tasks")
        let here = try await cluster.query(
            "postgres-1",
            "SELECT legacy_user_id, trading_strategies.id, strategy_name FROM trading_strategies JOIN users ON users.id = user_id"
        )
        let expected = result.tasks.filter { !$0.value.isEmpty }
        #expect(stored(there) == expected && stored(here) == expected)

        // Retired: the monolith's users are signed in still, and it is asked no more.
        try await moveOnWithoutLoad(cluster)
        let last = try await users[0].client.get("/tasks/\(users[0].task)")
        #expect(last.status == 200 && last["owner_id"] == nil, "\(last.text)")
        #expect(try await cluster.stop() == 0)
    }

    private func moveOnWithoutLoad(_ cluster: ClusterUnderTest) async throws {
        for route in Self.routes {
            let (output, status) = try await cluster.desk("route", "advance", route, "--force")
            #expect(status == 0 && output.contains("is at retired"), "\(output)")
        }
    }
}
