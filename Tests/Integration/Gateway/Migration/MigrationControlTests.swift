import Foundation
import Gateway
import JSON
import Logging
import Redis
import Synchronization
import TestSupport
import Testing

@Suite("Stages of routes in Redis")
struct MigrationControlTests {
    private let redis = RedisUnderTest()
    private let name = "migrations-\(UUID())"

    private static let configuration = Result {
        try GatewayConfiguration(
            """
            upstreams:
              monolith: {endpoints: 127.0.0.1:1}
              strategies: {endpoints: 127.0.0.1:2}
            routes:
              - name: tasks
                methods: GET
                path: /tasks
                migration: {legacy: monolith, candidate: strategies}
              - name: tasks.new
                methods: POST
                path: /tasks
                migration: {legacy: monolith, candidate: strategies}
            """, file: "g.yaml", variables: ConfigurationVariables([:]))
    }

    /// Another gateway: what it follows is what its event loops were last given.
    private func gateway(_ client: RedisClient, copy: MigrationCopy? = nil) throws -> Gateway {
        let configuration = try Self.configuration.get()
        let followed = Followed()
        let control = MigrationControl(
            store: MigrationStore(redis: client, name: name), copy: copy, configuration: { configuration },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { followed.set($0) }
        return Gateway(control: control, followed: followed)
    }

    private struct Gateway {
        let control: MigrationControl
        let followed: Followed

        func stage(_ route: String = "tasks") -> RouteStage? { followed.value.routes[route] }

        func advance(percent: Int? = nil, version: Int? = nil) async throws(MigrationRefusal) {
            _ = try await control.change(["tasks"], by: "ann", reason: "a test", version: version) {
                route throws(MigrationRefusal) in try route.advanced(percent: percent)
            }
        }

        func writes(_ owner: MigrationSide?) async throws(MigrationRefusal) {
            _ = try await control.change(["tasks", "tasks.new"], by: "ann", reason: "a cut-over") {
                route throws(MigrationRefusal) in try route.owned(by: owner)
            }
        }
    }

    private final class Followed: Sendable {
        private let stages = Mutex(MigrationStages())
        var value: MigrationStages { stages.withLock { $0 } }
        func set(_ value: MigrationStages) { stages.withLock { $0 = value } }
    }

    @Test("a change is followed by the gateway that makes it at once, by others when they ask, and after a start")
    func followed() async throws {
        try await redis.withClient { client in
            let (one, other) = (try gateway(client), try gateway(client))
            try await one.advance()
            #expect(one.stage()?.stage == .shadow)
            await other.control.refresh()
            #expect(other.followed.value == one.followed.value && other.followed.value.source == .redis)
            try await other.advance(percent: 30)
            let third = try gateway(client)
            await third.control.refresh()
            #expect(third.stage()?.stage == .canary(percent: 30) && third.stage()?.changedBy == "ann")
        }
    }

    @Test("of changes at the same time each is made once, on what the other left")
    func concurrent() async throws {
        try await redis.withClient { client in
            let gateways = [try gateway(client), try gateway(client)]
            try await withThrowingTaskGroup { group in
                for (index, gateway) in gateways.enumerated() {
                    group.addTask {
                        for user in 1...5 {
                            _ = try await gateway.control.change(["tasks"], by: "ann", reason: "pins") {
                                route throws(MigrationRefusal) in
                                try route.pinned(index * 5 + user, to: .candidate)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            await gateways[0].control.refresh()
            #expect(gateways[0].stage()?.pins.count == 10 && gateways[0].followed.value.version == 10)
        }
    }

    @Test("who has seen an older version changes nothing")
    func versions() async throws {
        try await redis.withClient { client in
            let one = try gateway(client)
            try await one.advance(version: 0)
            await #expect(throws: MigrationRefusal.self) { try await one.advance(version: 0) }
            #expect(one.stage()?.stage == .shadow)
        }
    }

    @Test("writes change their owner for all routes in one version, only while they are held, and with a new epoch")
    func writes() async throws {
        try await redis.withClient { client in
            let one = try gateway(client)
            await #expect(throws: MigrationRefusal.self) { try await one.writes(.candidate) }
            try await one.writes(nil)
            #expect(["tasks", "tasks.new"].allSatisfy { one.stage($0)?.writes == "held" && one.stage($0)?.epoch == 1 })
            try await one.writes(.legacy)
            #expect(one.stage()?.writes == "legacy" && one.stage()?.epoch == 1)
            try await one.writes(nil)
            try await one.writes(.candidate)
            #expect(["tasks", "tasks.new"].map { one.stage($0)?.epoch } == [2, 2])
            #expect(one.stage()?.version == one.stage("tasks.new")?.version && one.stage()?.owner == .candidate)
        }
    }

    @Test("who, when, from where, to where and why is written down")
    func changes() async throws {
        try await redis.withClient { client in
            let one = try gateway(client)
            try await one.advance()
            try await one.advance(percent: 7)
            let changes = try await MigrationStore(redis: client, name: name).changes().compactMap(\.object)
            #expect(changes.map { $0["to"]?.string } == ["canary 7 %", "shadow"])
            #expect(changes.map { $0["from"]?.string } == ["shadow", "legacy"])
            #expect(changes.allSatisfy { $0["by"]?.string == "ann" && $0["reason"]?.string == "a test" })
            #expect(changes.allSatisfy { $0["at"]?.integer ?? 0 > 1_700_000_000 })
        }
    }

    @Test("what Redis has lost is put back, and no owner of writes is an earlier one again")
    func lost() async throws {
        try await redis.withClient { client in
            let one = try gateway(client)
            try await one.writes(nil)
            try await one.writes(.candidate)
            let before = one.followed.value
            for key in ["version", "routes"] { _ = try await client.send(["DEL", "{\(name)}:\(key)"]) }
            let other = try gateway(client)
            await other.control.refresh()
            #expect(other.followed.value.version == 0)
            await one.control.refresh()
            await other.control.refresh()
            #expect(other.followed.value == before && one.followed.value == before)
        }
    }

    @Test("a start without Redis goes on with the copy on disk, and one without a copy holds the writes")
    func cold() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "stages-\(UUID()).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let copy = MigrationCopy(path: path)
        var kept = MigrationStages()
        try await redis.withClient { client in
            let one = try gateway(client, copy: copy)
            try await one.advance()
            kept = one.followed.value
        }
        let read = try #require(copy.read())
        #expect(read.routes == kept.routes && read.version == kept.version && read.source == .copy)
        let migration = RouteMigration(legacy: .auth, candidate: .strategies)
        #expect(MigrationStages().stage(of: "tasks", migration).holdsWrites)
        #expect(!read.stage(of: "tasks", migration).holdsWrites)
    }

    @Test("while Redis is away the last stages go on, and nothing is changed")
    func away() async throws {
        var configuration = try redis.configuration()
        configuration.commandDeadline = .milliseconds(200)
        try await redis.withClient(configuration) { client in
            let one = try gateway(client)
            try await one.advance()
            _ = try await client.send(["SET", "{\(name)}:routes", "no hash"])
            _ = try await client.send(["INCR", "{\(name)}:version"])
            await one.control.refresh()
            #expect(one.stage()?.stage == .shadow)
            await #expect(throws: MigrationRefusal.self) { try await one.advance() }
            #expect(one.stage()?.stage == .shadow)
        }
    }

    @Test("a stage is read as it was written")
    func codec() throws {
        var route = RouteStage(.canary(percent: 7), owner: .candidate)
        (route.holdsWrites, route.epoch, route.version) = (true, 4, 9)
        route.pins = [3: .legacy, 4: .candidate]
        (route.changedAt, route.changedBy, route.reason) = (1_800_000_000, "ann", "\"why\"")
        let text = JSONValue.object(route.json).serialized()
        #expect(RouteStage(json: try #require(try JSONValue(parsing: text.utf8).object)) == route)
        for (name, value) in [("stage", "half"), ("owner", "both"), ("epoch", "x")] {
            var json = route.json
            json[name] = .string(value)
            #expect(RouteStage(json: json) == nil)
        }
    }
}
