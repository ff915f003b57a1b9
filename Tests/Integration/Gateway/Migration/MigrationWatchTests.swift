import Foundation
import Gateway
import Logging
import Redis
import ServiceLifecycle
import TestSupport
import Testing

@Suite("Guards of a route that moves, over several gateways")
struct MigrationWatchTests {
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
                migration:
                  legacy: monolith
                  candidate: strategies
                  guards: {requests: 100, mismatches: 0.1%}
            """, file: "g.yaml", variables: ConfigurationVariables([:]))
    }

    private struct Gateway {
        let control: MigrationControl
        let evidence: MigrationEvidence
        let watch: MigrationWatch

        /// What it follows, when it has asked.
        var stage: RouteStage? {
            get async {
                await control.refresh()
                return await control.stages.routes["tasks"]
            }
        }

        func advance(percent: Int? = nil) async throws(MigrationRefusal) {
            _ = try await control.change(["tasks"], by: "ann", reason: "a test") {
                route throws(MigrationRefusal) in try route.advanced(percent: percent)
            }
        }

        /// Answers of the candidate in the stage of now.
        func answered(_ count: Int, isError: Bool) async {
            let since = await stage?.since ?? 0
            for _ in 0..<count { evidence.answered("tasks", since, .candidate, isError: isError, microseconds: 900) }
        }
    }

    private func gateway(_ client: RedisClient) throws -> Gateway {
        let configuration = try Self.configuration.get()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let control = MigrationControl(
            store: MigrationStore(redis: client, name: name), copy: nil, configuration: { configuration },
            logger: logger
        ) { _ in }
        let evidence = MigrationEvidence()
        let watch = MigrationWatch(
            control: control, evidence: evidence, store: EvidenceStore(redis: client, name: name), logger: logger)
        return Gateway(control: control, evidence: evidence, watch: watch)
    }

    @Test("a candidate that fails takes its route back once, with the reason, also by what gateways saw together")
    func together() async throws {
        try await redis.withClient { client in
            let gateways = [try gateway(client), try gateway(client)]
            try await gateways[0].advance()
            try await gateways[0].advance(percent: 20)
            for gateway in gateways {
                // Too little to be sure of for one of them.
                await gateway.answered(3, isError: true)
                await gateway.watch.visit()
            }
            let stage = await gateways[0].stage
            #expect(stage?.stage == .shadow && stage?.changedBy == "guard")
            #expect(stage?.reason.contains("6 of 6 requests failed on the candidate") == true)
            for gateway in gateways { await gateway.watch.visit() }
            let changes = try await MigrationStore(redis: client, name: name).changes()
            #expect(changes.count == 3)
        }
    }

    @Test("what it did well before does not excuse a candidate that fails now")
    func lately() async throws {
        try await redis.withClient { client in
            let one = try gateway(client)
            try await one.advance()
            try await one.advance(percent: 20)
            let since = await one.stage?.since ?? 0
            var before = EvidenceCounts()
            (before.answers, before.errors) = ([.candidate: 1_000_000], [:])
            let store = EvidenceStore(redis: client, name: name)
            _ = try await store.add(before, to: "tasks", since: since)
            await one.answered(20, isError: true)
            await one.watch.visit()
            #expect(await one.stage?.stage == .shadow)
        }
    }

    @Test("a candidate that answers well stays, and its evidence is that of all gateways and of this stage alone")
    func well() async throws {
        try await redis.withClient { client in
            let gateways = [try gateway(client), try gateway(client)]
            try await gateways[0].advance()
            try await gateways[0].advance(percent: 20)
            for gateway in gateways {
                await gateway.answered(50, isError: false)
                await gateway.watch.visit()
            }
            let stage = try #require(await gateways[1].stage)
            #expect(stage.stage == .canary(percent: 20))
            let store = EvidenceStore(redis: client, name: name)
            let counts = try await store.add(.init(), to: "tasks", since: stage.since)
            #expect(counts.answers == [.candidate: 100])
            #expect(MigrationGuards().missing(counts, in: stage.stage, reads: true) != nil)
            let guards = try #require(try Self.configuration.get().routes.first?.migration?.guards)
            #expect(guards.missing(counts, in: stage.stage, reads: true) == nil)
            try await gateways[0].advance()
            let next = try #require(await gateways[0].stage)
            let fresh = try await store.add(.init(), to: "tasks", since: next.since)
            #expect(fresh.isEmpty)
        }
    }

    @Test(
        "a change is followed by every gateway, and a guard that is broken takes the route back at every one: in what time"
    )
    func times() async throws {
        try await redis.withClient { client in
            let gateways = try (0..<4).map { _ in try gateway(client) }
            let (first, others) = (gateways[0], gateways.dropFirst())
            /// How long it takes from now on until every gateway has been told.
            @Sendable func waited(for stage: MigrationStage) async throws -> Duration {
                let began = ContinuousClock.now
                for gateway in others {
                    #expect(try await eventually { await gateway.control.stages.routes["tasks"]?.stage == stage })
                }
                return began.duration(to: .now)
            }
            var services: [any Service] = []
            for gateway in gateways {
                services.append(gateway.control)
                services.append(gateway.watch)
            }
            try await withRunning(ServiceGroup(services: services, logger: Logger(label: "test"))) {
                var slowest = Duration.zero
                try await first.advance()
                slowest = max(slowest, try await waited(for: .shadow))
                for percent in [1, 5, 25, 50] {
                    try await first.advance(percent: percent)
                    slowest = max(slowest, try await waited(for: .canary(percent: percent)))
                }
                print("migration: a change is at 4 gateways after \(slowest) at most, of 5")
                await gateways[3].answered(20, isError: true)
                let back = try await waited(for: .shadow)
                print("migration: a broken guard has taken 4 gateways back after \(back)")
            }
        }
    }

    @Test("a pin or a change of the owner of writes does not begin the evidence anew")
    func since() async throws {
        try await redis.withClient { client in
            let one = try gateway(client)
            try await one.advance()
            let before = await one.stage
            _ = try await one.control.change(["tasks"], by: "ann", reason: "a pin") {
                route throws(MigrationRefusal) in try route.pinned(7, to: .candidate)
            }
            let after = await one.stage
            #expect(after?.since == before?.since && after?.version == 2)
        }
    }
}
