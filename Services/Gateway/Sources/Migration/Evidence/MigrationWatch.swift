package import Logging
import Redis
import ServiceLifecycle

/// Takes this gateway's evidence to the others', and a route back as soon as its guards are broken.
package actor MigrationWatch: Service {
    private let control: MigrationControl
    private let evidence: MigrationEvidence
    private let store: EvidenceStore
    private let logger: Logger
    /// What this gateway has seen in its last visits: a candidate that fails now is not excused by what it did before.
    private var recent: [MigrationEvidence.Key: [EvidenceCounts]] = [:]

    private static let interval = Duration.milliseconds(500)
    /// Visits in ten seconds.
    private static let recentVisits = 20

    package init(control: MigrationControl, evidence: MigrationEvidence, store: EvidenceStore, logger: Logger) {
        self.control = control
        self.evidence = evidence
        self.store = store
        self.logger = logger
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                await self.visit()
                try await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Looks at every route that is compared or served by its candidate.
    package func visit() async {
        let (stages, migrations) = (await control.stages, await control.migrations())
        for (name, migration) in migrations {
            let stage = stages.stage(of: name, migration)
            switch stage.stage {
            case .legacy, .retired: continue
            case .shadow, .canary, .full: await visit(name, migration, stage)
            }
        }
    }

    private func visit(_ name: String, _ migration: RouteMigration, _ stage: RouteStage) async {
        let (counts, samples) = evidence.take(name, since: stage.since)
        let key = MigrationEvidence.Key(route: name, since: stage.since)
        recent = recent.filter { $0.key.route != name || $0.key == key }
        recent[key, default: []].append(counts)
        if recent[key, default: []].count > Self.recentVisits { recent[key]?.removeFirst() }
        var lately = EvidenceCounts()
        for counts in recent[key] ?? [] { lately.add(counts) }
        var all = lately
        do throws(RedisError) {
            all = try await store.add(counts, samples: samples, to: name, since: stage.since)
        } catch {
            logger.debug("Evidence was not kept", metadata: ["route": "\(name)", "cause": "\(error)"])
        }
        guard let reason = migration.guards.broken(by: lately) ?? migration.guards.broken(by: all) else { return }
        do throws(MigrationRefusal) {
            _ = try await control.change([name], by: "guard", reason: reason) {
                route throws(MigrationRefusal) in
                // Another gateway may have come first.
                guard route.since == stage.since else { throw .refused("the stage has changed") }
                return try route.rolledBack()
            }
            evidence.rolledBack(name)
        } catch {
            if case .refused = error { return }
            logger.error(
                "A guard is broken, and the route was not taken back",
                metadata: ["route": "\(name)", "reason": "\(reason)", "cause": "\(error.sentence)"])
        }
    }
}
