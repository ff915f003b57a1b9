import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

/// The data of a move from the monolith, from the first backfill to the cut-over and back.
@Suite("The data of a migration", .serialized)
struct TaskMigrationTests {
    private static let shared = Task {
        let monolith = try await MonolithUnderTest.start()
        let (output, status) = try await monolith.cluster.desk("capture", "install")
        // Each test that waits for it is to fail, which a requirement would let only one of them do.
        guard status == 0 else { throw ClusterUnderTest.Failed(description: output) }
        return monolith
    }

    private func expectEqualStores(_ monolith: MonolithUnderTest) async throws {
        let (output, status) = try await monolith.cluster.desk("verify", "--json")
        let report = try #require(try JSONValue(parsing: Array(output.utf8)).object)
        #expect(status == 0 && report["differences"]?.array?.isEmpty == true, "\(output)")
        #expect(report["legacy_rows"]?.integer == report["candidate_rows"]?.integer)
    }

    @Test(
        "a backfill brings tasks to their owners, leaves and tells what breaks a rule, and goes on where it was ended")
    func backfill() async throws {
        let monolith = try await Self.shared.value
        let cluster = monolith.cluster
        let (ann, bob, stranger) = (
            try await monolith.register(), try await monolith.register(), try await monolith.register()
        )
        try await monolith.query(
            """
            INSERT INTO tasks (owner_id, title, description)
            SELECT \(ann.id), 'Täsk ' || n, CASE WHEN n % 3 > 0 THEN repeat('d', n) END FROM generate_series(1, 2200) AS n
            """)
        let (empty, strange) = (try await bob.createTask(""), try await stranger.createTask("Whose?"))
        let own = try await monolith.bringOver([ann, bob])

        let first = try await cluster.desk("backfill")
        #expect(
            first.status == 1 && first.output.contains("Brought over 2200 of 2202 tasks in 3 ranges."),
            "\(first.output)")
        #expect(first.output.contains("left: task \(empty): its title must have 1 to 255 characters"))
        #expect(
            first.output.contains("left: task \(strange): no account has its owner \(stranger.id) as legacy_user_id"))
        let different = try await cluster.desk("verify")
        #expect(different.status == 1 && different.output.contains("task \(empty): the monolith alone has it"))
        #expect(different.output.contains("2 rows differ: 2202 there, 2200 here."), "\(different.output)")

        #expect(try await bob.rename(empty, "A title").status == 200)
        _ = try await monolith.bringOver([stranger])
        let second = try await cluster.desk("backfill")
        #expect(
            second.status == 0 && second.output.contains("in 1 ranges (2 ranges were done before)"), "\(second.output)")
        try await expectEqualStores(monolith)
        // What a run that was ended had not noted yet.
        try await cluster.query("postgres-1", "DELETE FROM backfill_ranges WHERE first_id = 1001")
        let third = try await cluster.desk("backfill", "--json")
        let report = try #require(try JSONValue(parsing: Array(third.output.utf8)).object)
        #expect(
            report["ranges"]?.integer == 1 && report["rows"]?.integer == 1000 && report["skipped_ranges"]?.integer == 2)

        // Under the id that it had, and its owner's alone.
        let shown = try await own[1].get("/api/v1/strategies/\(empty)")
        #expect(shown.status == 200 && shown["strategy_name"]?.string == "A title" && shown["description"] == .null)
        #expect(try await own[0].get("/api/v1/strategies/\(empty)").status == 404)
        let refused = try await own[1].post("/api/v1/strategies", json: #"{"strategy_name":"S"}"#)
        #expect(refused.status == 503 && refused["code"]?.string == "writes_moved", "\(refused.text)")
        #expect(refused.headers.contains(name: "Retry-After"))
    }

    @Test("an applier that is killed again and again loses nothing and doubles nothing")
    func killedApplier() async throws {
        let monolith = try await Self.shared.value
        let user = try await monolith.register()
        let own = try await monolith.bringOver([user])[0]
        var tasks: [Int: String] = [:]
        for round in 0..<6 {
            let applier = try monolith.applier()
            for number in 0..<20 {
                let task = try await user.createTask("Task \(round).\(number)")
                tasks[task] = "Renamed \(round).\(number)"
                #expect(try await user.rename(task, "Renamed \(round).\(number)").status == 200)
                if number % 4 == 0 {
                    #expect(try await user.client.send(.DELETE, "/tasks/\(task)").status == 204)
                    tasks[task] = nil
                }
                // Each at another moment of its work.
                if number == 10 + round { kill(applier.processIdentifier, SIGKILL) }
            }
            #expect(try await eventually { !applier.isRunning })
        }
        let applier = try monolith.applier()
        defer { kill(applier.processIdentifier, SIGKILL) }
        let count = tasks.count
        #expect(
            try await eventually {
                try await own.get("/api/v1/strategies?limit=200").json.array?.count == count
            })
        try await expectEqualStores(monolith)
        for (task, title) in tasks {
            #expect(try await own.get("/api/v1/strategies/\(task)")["strategy_name"]?.string == title)
        }
        #expect(
            try await eventually { try await monolith.query("SELECT count(*) FROM cryptodesk.capture_outbox") == "0" })
    }

    @Test("a cut-over and the way back: one owner of writes at a time, and nothing is lost either way")
    func cutOver() async throws {
        let monolith = try await Self.shared.value
        let cluster = monolith.cluster
        let user = try await monolith.register()
        let own = try await monolith.bringOver([user])[0]
        let task = try await user.createTask("Before")

        let there = try await cluster.desk("cutover", "--stores-only")
        #expect(there.status == 0 && there.output.contains("CryptoDesk owns writes in epoch 2."), "\(there.output)")
        let moved = try await user.rename(task, "Too late")
        #expect(moved.status == 503 && moved.headers.contains(name: "Retry-After"), "\(moved.text)")
        // A write that was sent before the cut-over and comes late; the gateway would take the field from outside away.
        let direct = own.at(cluster.strategiesURL(1))
        func create(_ name: String, epoch: Int) async throws -> APIClient.Answer {
            try await direct.post(
                "/api/v1/strategies", json: #"{"strategy_name":"\#(name)","description":"new"}"#,
                headers: [("CryptoDesk-Write-Epoch", "\(epoch)")])
        }
        #expect(try await create("Late", epoch: 1)["code"]?.string == "writes_moved")
        let created = try await create("New here", epoch: 2)
        let new = try #require(created["id"]?.integer, "\(created.text)")
        #expect(new >= 1_000_000_000)
        let patched = try await own.send(
            .PATCH, "/api/v1/strategies/\(task)", body: ("application/json", #"{"strategy_name":"After"}"#))
        #expect(patched.status == 200, "\(patched.text)")
        #expect(
            try await cluster.desk("cutover", "--stores-only").output.contains("in epoch 2."), "it is safe to repeat")
        try await expectStoresDiffer(monolith)

        let back = try await cluster.desk("cutover", "--stores-only", "--back")
        #expect(back.status == 0 && back.output.contains("The monolith owns writes in epoch 3."), "\(back.output)")
        #expect(try await user.client.get("/tasks/\(new)")["title"]?.string == "New here")
        #expect(try await user.client.get("/tasks/\(task)")["title"]?.string == "After")
        #expect(try await create("Late again", epoch: 2)["code"]?.string == "writes_moved")
        try await expectEqualStores(monolith)
        let renamed = try await user.client.send(
            .PUT, "/tasks/\(new)", headers: [("CryptoDesk-Write-Epoch", "3")],
            body: ("application/json", #"{"title":"Renamed there"}"#))
        #expect(renamed.status == 200, "\(renamed.text)")

        // Ended after the monolith was closed and before its last change was brought over.
        try await monolith.query("UPDATE cryptodesk.write_ownership SET owner = 'candidate', epoch = 4")
        #expect(try await user.rename(task, "Refused").status == 503)
        let resumed = try await cluster.desk("cutover", "--stores-only")
        #expect(
            resumed.status == 0 && resumed.output.contains("An earlier cut-over is gone on with"), "\(resumed.output)")
        #expect(resumed.output.contains("CryptoDesk owns writes in epoch 4."))
        #expect(try await own.get("/api/v1/strategies/\(new)")["strategy_name"]?.string == "Renamed there")
        #expect(try await own.send(.DELETE, "/api/v1/strategies/\(task)").status == 204)
        #expect(try await cluster.desk("cutover", "--stores-only", "--back").status == 0)
        #expect(try await user.client.get("/tasks/\(task)").status == 404)
        try await expectEqualStores(monolith)
    }

    /// What was written since the cut-over waits in our outbox for an applier.
    private func expectStoresDiffer(_ monolith: MonolithUnderTest) async throws {
        let (output, _) = try await monolith.cluster.desk("capture", "status", "--json")
        let candidate = try JSONValue(parsing: Array(output.utf8)).object?["candidate"]?.object
        #expect(candidate?["pending"]?.integer == 2 && candidate?["owner"]?.string == "candidate", "\(output)")
    }
}
