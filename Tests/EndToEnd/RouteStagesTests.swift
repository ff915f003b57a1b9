import Foundation
import JSON
import TestSupport
import Testing

@Suite("Routes that move, stage by stage", .serialized)
struct RouteStagesTests {
    private static let path = "path: [/api/v1/strategies, /api/v1/strategies/]"

    /// The shipped file, in which the list moves to another group of the same instances.
    private static func configuration() throws -> String {
        let shipped = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../deploy/gateway/gateway.yaml")
        let text = try String(contentsOf: shipped, encoding: .utf8)
        let moving = "\(path)\n    migration: {legacy: strategies, candidate: copy, shadow: {sample: 100%}}"
        return text.replacing("\(path)\n    upstream: strategies", with: moving)
            .replacing(
                "upstreams:\n  auth:", with: "upstreams:\n  copy:\n    endpoints: ${STRATEGIES_UPSTREAMS}\n  auth:")
    }

    /// What each gateway follows, as `desk route status --json` tells it.
    private func stages(_ cluster: ClusterUnderTest) async throws -> [String: String] {
        let (output, status) = try await cluster.desk("route", "status", "--json")
        guard status == 0, let root = try? JSONValue(parsing: output.utf8).object else { return [:] }
        return Dictionary(
            root.members.map { gateway in
                let route = gateway.value.object?["routes"]?.array?.first?.object
                return (gateway.name, "\(route?["stage"]?.string ?? "") \(route?["writes"]?.string ?? "")")
            }
        ) { first, _ in first }
    }

    /// Back and forth by the public API, as the dashboard does.
    private func administratorsMove(_ cluster: ClusterUnderTest) async throws {
        let path = "/api/v1/admin/migrations"
        let administrator = try await TestUser.make(cluster)
        #expect(try await administrator.client.get(path).status == 403)
        #expect(try await cluster.desk("users", "promote", administrator.email).status == 0)
        let login = try await administrator.client.login(administrator.email, TestUser.password)
        let client = administrator.client.with(token: try #require(login["access_token"]?.string))
        let listed = try await client.get(path)
        #expect(listed["routes"]?.array?.first?.object?["stage"]?.string == "shadow", "\(listed.text)")
        #expect(try await client.get("\(path)/nothing").status == 404)
        let early = try await client.post("\(path)/strategies/advance", json: #"{"reason":"a test"}"#)
        #expect(early.status == 409 && early.text.contains("were compared"), "\(early.text)")
        let stale = try await client.post("\(path)/strategies/rollback", json: #"{"reason":"a test","version":0}"#)
        #expect(stale.status == 409 && stale.text.contains("not in force"), "\(stale.text)")
        let back = try await client.post("\(path)/strategies/rollback", json: #"{"reason":"a test"}"#)
        #expect(back.status == 200 && back["stage"]?.string == "legacy", "\(back.text)")
        let forth = try await client.post("\(path)/strategies/advance", json: #"{"reason":"once more"}"#)
        #expect(forth.status == 200 && forth["stage"]?.string == "shadow", "\(forth.text)")
        let changes = forth["changes"]?.array?.compactMap(\.object) ?? []
        #expect(changes.first?["reason"]?.string == "once more" && changes.count == 3)
    }

    @Test(
        "stages change under load at every gateway without a failed request, and are kept over the end of all gateways")
    func stages() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID()).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Self.configuration().write(to: file, atomically: true, encoding: .utf8)
        let cluster = try await ClusterUnderTest.start([
            "--auth", "1", "--strategies", "1", "--replicas", "0", "--set", "GATEWAY_CONFIG=\(file.path)",
        ])
        let user = try await TestUser.make(cluster)
        let load = Load(user)
        func desk(_ words: String...) async throws -> String {
            let arguments = ["route"] + words + ["--reason", "a test", "--by", "ann"]
            let (output, status) = try await ClusterUnderTest.run(arguments + ["--data", cluster.folder])
            #expect(status == 0, "\(output)")
            return output
        }
        func everywhere(_ stage: String) async throws -> Bool {
            try await eventually { try await stages(cluster) == ["gateway-1": stage, "gateway-2": stage] }
        }
        try await load.run(readers: 2, writers: 1) {
            #expect(try await everywhere("legacy legacy"))
            #expect(try await desk("advance", "strategies").contains("is at shadow"))
            #expect(try await everywhere("shadow legacy"))
            try await administratorsMove(cluster)
            #expect(try await everywhere("shadow legacy"))
            let refused = try await cluster.desk("route", "advance", "strategies")
            #expect(
                refused.status == 1 && refused.output.contains("of 1000 answers were compared"), "\(refused.output)")
            // The same instances, so that nothing but noise can differ.
            #expect(
                try await eventually {
                    let (output, _) = try await cluster.desk("route", "diff", "strategies", "--json")
                    let evidence = try? JSONValue(parsing: output.utf8).object?["evidence"]?.object
                    return evidence?["compared"]?.integer ?? 0 > 20
                })
            _ = try await desk("advance", "strategies", "--percent", "30", "--force")
            _ = try await desk("pin", "strategies", "--user", "\(user.id)", "--to", "candidate")
            #expect(try await everywhere("canary legacy"))
            _ = try await desk("writes", "held", "strategies")
            #expect(try await everywhere("canary held"))
            _ = try await desk("writes", "legacy", "strategies")
            #expect(try await everywhere("canary legacy"))
            let answered = load.now.reads
            #expect(try await eventually { load.now.reads > answered + 50 })
        }
        #expect(load.now.failedReads.isEmpty && load.now.failedWrites.isEmpty, "\(load.now)")
        #expect(!load.now.confirmed.isEmpty)
        for gateway in ["gateway-1", "gateway-2"] { #expect(try await cluster.desk("kill", gateway).status == 0) }
        #expect(try await cluster.waitUntilReady())
        #expect(try await everywhere("canary legacy"))
        _ = try await desk("rollback", "strategies")
        #expect(try await everywhere("shadow legacy"))
        let changes = try await cluster.desk("route", "changes", "strategies").output
        #expect(changes.contains("canary 30 %") && changes.contains("held") && changes.contains("a test"))
        #expect(try await cluster.stop() == 0)
    }
}
