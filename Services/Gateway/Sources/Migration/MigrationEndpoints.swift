package import HTTPService
import HTTPTypes
package import Hummingbird
import JSON
import NIOCore
import Redis

/// Stages of routes on the private port: what each route is at, what was changed, and the changes themselves.
///
/// `GET /migrations`, `GET /migrations/{route}`, `GET /migrations/{route}/changes`, and with a JSON object as body
/// `POST /migrations/{route}/advance`, `…/rollback`, `…/pin` and `POST /migrations/writes`. A change says who makes it and why.
package struct MigrationEndpoints: Sendable {
    let control: MigrationControl
    private let store: MigrationStore
    private let evidence: EvidenceStore
    private let writes: WritesInFlight

    /// Of a body, in bytes.
    private static let maximumBody = 64 * 1024

    package init(_ control: MigrationControl, store: MigrationStore, evidence: EvidenceStore, writes: WritesInFlight) {
        self.control = control
        self.store = store
        self.evidence = evidence
        self.writes = writes
    }

    package func add(to router: Hummingbird.Router<ServiceRequestContext>) {
        router.get("/migrations") { _, _ in await respond { () throws(MigrationRefusal) in await all() } }
        router.get("/migrations/:route") { _, context in
            let name = context.parameters.get("route") ?? ""
            return await respond { () throws(MigrationRefusal) in try await one(name) }
        }
        router.get("/migrations/:route/changes") { _, context in
            let name = context.parameters.get("route") ?? ""
            return await respond { () throws(MigrationRefusal) in try await changes(of: name) }
        }
        router.get("/migrations/:route/differences") { _, context in
            let name = context.parameters.get("route") ?? ""
            return await respond { () throws(MigrationRefusal) in try await differences(of: name) }
        }
        router.post("/migrations/writes") { request, _ in
            await change(request) { order in
                (order.routes, { route throws(MigrationRefusal) in try route.owned(by: order.owner) })
            }
        }
        router.post("/migrations/:route/advance") { request, context in
            let name = context.parameters.get("route") ?? ""
            return await change(request) { order throws(MigrationRefusal) in
                let since = try await provenStage(of: name, order)
                return (
                    [name],
                    { stage throws(MigrationRefusal) in
                        guard stage.since == since else { throw .refused("the stage has changed meanwhile") }
                        return try stage.advanced(percent: order.percent)
                    }
                )
            }
        }
        for (name, change) in Self.changes {
            router.post("/migrations/:route/\(name)") { request, context in
                let route = context.parameters.get("route") ?? ""
                return await self.change(request) { order in plan(route, change, order) }
            }
        }
    }

    typealias Change = @Sendable (RouteStage, MigrationOrder) throws(MigrationRefusal) -> RouteStage

    static let changes: [(String, Change)] = [
        ("rollback", { route, order throws(MigrationRefusal) in try route.rolledBack(to: order.target) }),
        ("pin", { route, order throws(MigrationRefusal) in try route.pinned(order.user, to: order.side) }),
    ]

    // MARK: Looking

    func all() async -> JSONObject {
        let (stages, migrations) = (await control.followed, await control.migrations())
        var json = JSONObject()
        json["version"] = .number("\(stages.version)")
        json["source"] = .string(stages.source.rawValue)
        json["routes"] = .array(
            migrations.sorted { $0.key < $1.key }.map { .object(report($0.key, $0.value, in: stages)) })
        return json
    }

    func one(_ name: String) async throws(MigrationRefusal) -> JSONObject {
        guard let migration = await control.migrations()[name] else { throw .unknownRoute(name) }
        let stages = await control.followed
        var json = report(name, migration, in: stages)
        let counts = try await counts(of: name, migration, in: stages)
        let stage = stages.stage(of: name, migration).stage
        json["evidence"] = .object(counts.json)
        let missing = migration.guards.missing(counts, in: stage, reads: migration.hasReads)
        json["missing"] = missing.map { .string($0) } ?? .null
        return json
    }

    /// What all gateways have seen since the stage began.
    private func counts(
        of name: String, _ migration: RouteMigration, in stages: MigrationStages
    ) async throws(MigrationRefusal) -> EvidenceCounts {
        do throws(RedisError) {
            return try await evidence.add(.init(), to: name, since: stages.stage(of: name, migration).since)
        } catch {
            throw .unavailable("\(error)")
        }
    }

    /// Where the candidate differs, how often, and the last answers that did.
    func differences(of name: String) async throws(MigrationRefusal) -> JSONObject {
        guard let migration = await control.migrations()[name] else { throw .unknownRoute(name) }
        let counts = try await counts(of: name, migration, in: await control.stages)
        var json = JSONObject()
        json["evidence"] = .object(counts.json)
        json["places"] = .array(
            counts.differences.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { label, count in
                let parts = label.split(separator: " ", maxSplits: 1).map(String.init)
                var place = JSONObject()
                place["kind"] = .string(parts[0])
                place["place"] = .string(parts.count > 1 ? parts[1] : "")
                place["count"] = .number("\(count)")
                place["rate"] = .number("\(Double(count) / Double(max(1, counts.compared)))")
                return .object(place)
            })
        do throws(RedisError) {
            json["samples"] = .array(try await evidence.samples(of: name))
        } catch {
            throw .unavailable("\(error)")
        }
        return json
    }

    private func report(_ name: String, _ migration: RouteMigration, in stages: MigrationStages) -> JSONObject {
        var json = JSONObject()
        json["route"] = .string(name)
        for member in stages.stage(of: name, migration).json.members { json[member.name] = member.value }
        json["legacy"] = .string(migration.legacy.rawValue)
        json["candidate"] = .string(migration.candidate.rawValue)
        json["writes_in_flight"] = .number("\(writes.count(of: name))")
        return json
    }

    func changes(of name: String) async throws(MigrationRefusal) -> JSONObject {
        guard await control.migrations()[name] != nil else { throw .unknownRoute(name) }
        var json = JSONObject()
        do throws(RedisError) {
            json["changes"] = .array(try await store.changes().filter { $0.object?["route"]?.string == name })
        } catch {
            throw .unavailable("\(error)")
        }
        return json
    }

    // MARK: Changing

    typealias Plan = (
        routes: [String], change: @Sendable (RouteStage) throws(MigrationRefusal) -> RouteStage
    )

    func plan(_ route: String, _ change: @escaping Change, _ order: MigrationOrder) -> Plan {
        ([route], { stage throws(MigrationRefusal) in try change(stage, order) })
    }

    /// To the next stage, if the evidence of the present one is enough.
    func advance(_ name: String, _ order: MigrationOrder) async throws(MigrationRefusal) -> Plan {
        let since = try await provenStage(of: name, order)
        return (
            [name],
            { stage throws(MigrationRefusal) in
                guard stage.since == since else { throw .refused("the stage has changed meanwhile") }
                return try stage.advanced(percent: order.percent)
            }
        )
    }

    /// - Returns: since when the route is at the stage that it may leave.
    private func provenStage(of name: String, _ order: MigrationOrder) async throws(MigrationRefusal) -> Int {
        guard let migration = await control.migrations()[name] else { throw .unknownRoute(name) }
        let stages = await control.stages
        let stage = stages.stage(of: name, migration)
        guard !order.isForced else { return stage.since }
        let counts = try await counts(of: name, migration, in: stages)
        if let missing = migration.guards.missing(counts, in: stage.stage, reads: migration.hasReads) {
            throw .refused("\(stage.stage) may not be left yet: \(missing)")
        }
        return stage.since
    }

    private func change(
        _ request: Request, _ plan: (MigrationOrder) async throws(MigrationRefusal) -> Plan
    ) async -> Response {
        guard let body = try? await request.body.collect(upTo: Self.maximumBody),
            let json = (try? JSONValue(parsing: body.readableBytesView))?.object
        else { return Self.refused(.malformed("the body is no JSON object")) }
        return await respond { () throws(MigrationRefusal) in
            let order = try MigrationOrder(json)
            return try await carryOut(order, try await plan(order))
        }
    }

    func carryOut(_ order: MigrationOrder, _ plan: Plan) async throws(MigrationRefusal) -> JSONObject {
        guard !plan.routes.isEmpty else { throw .malformed("routes names none") }
        let stages = try await control.change(
            plan.routes, by: order.by, reason: order.reason, version: order.version, plan.change)
        let migrations = await control.migrations()
        var json = JSONObject()
        json["version"] = .number("\(stages.version)")
        json["routes"] = .array(
            plan.routes.compactMap { name in migrations[name].map { .object(report(name, $0, in: stages)) } })
        return json
    }

    private func respond(_ body: () async throws(MigrationRefusal) -> JSONObject) async -> Response {
        do throws(MigrationRefusal) {
            return Response.json(JSONValue.object(try await body()).serialized())
        } catch {
            return Self.refused(error)
        }
    }

    private static func refused(_ refusal: MigrationRefusal) -> Response {
        var json = JSONObject()
        json["detail"] = .string(refusal.sentence)
        json["code"] = .string(refusal.code)
        let status: HTTPResponse.Status =
            switch refusal {
            case .unknownRoute: .notFound
            case .malformed: .unprocessableContent
            case .refused: .conflict
            case .unavailable: .serviceUnavailable
            }
        return Response.json(JSONValue.object(json).serialized(), status: status)
    }
}
