import FoundationEssentials
package import Logging
import NIOPosix
import Redis
import ServiceLifecycle

/// Keeps this gateway's stages as they are in Redis, and changes them there.
///
/// While Redis is away the last known stages go on. What Redis has lost is put back by whoever knows more: an owner of
/// writes must never be an earlier one again.
package actor MigrationControl: Service {
    /// Puts stages in force on every event loop, and returns when they are.
    package typealias Adoption = @Sendable (MigrationStages) async -> Void

    private let store: MigrationStore
    private let copy: MigrationCopy?
    private let configuration: @Sendable () async -> GatewayConfiguration
    private let adopt: Adoption
    private let logger: Logger
    /// What is known.
    package private(set) var stages = MigrationStages()
    /// What every event loop follows by now: no write goes to an owner of before any more.
    package private(set) var followed = MigrationStages()
    private var isAway = false

    /// How old what a gateway follows may be, while Redis answers.
    private static let interval = Duration.milliseconds(100)
    /// How often somebody else may come first before a change is given up.
    private static let attempts = 20

    /// - Parameters:
    ///   - copy: `nil` for none on disk.
    ///   - configuration: the one that is in force.
    package init(
        store: MigrationStore, copy: MigrationCopy?,
        configuration: @escaping @Sendable () async -> GatewayConfiguration,
        logger: Logger, adopt: @escaping Adoption
    ) {
        self.store = store
        self.copy = copy
        self.configuration = configuration
        self.logger = logger
        self.adopt = adopt
    }

    /// Follows Redis, as long as there are routes that move, until the service shuts down.
    package func run() async throws {
        if let stages = copy?.read() { await follow(stages) }
        try? await cancelWhenGracefulShutdown {
            while true {
                if await !self.migrations().isEmpty { await self.refresh() }
                try await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Asks Redis once.
    package func refresh() async {
        do throws(RedisError) {
            let known = stages.source == .redis ? stages.version : nil
            guard let current = try await store.read(known: known) else { return answered() }
            answered()
            if current.version < stages.version {
                logger.warning(
                    "Redis has lost stages of routes: they are put back",
                    metadata: ["version": "\(current.version)", "known": "\(stages.version)"])
                try await store.restore(stages)
                await follow(MigrationStages(stages.routes, version: stages.version, source: .redis))
            } else {
                await follow(current)
            }
        } catch {
            guard !isAway else { return }
            isAway = true
            logger.warning("Redis does not tell stages of routes: the last ones go on", metadata: ["cause": "\(error)"])
        }
    }

    private func answered() {
        if isAway { logger.notice("Redis tells stages of routes again") }
        isAway = false
    }

    /// A change may have come first that is newer.
    private func follow(_ current: MigrationStages) async {
        guard current.version >= stages.version else { return }
        let isNews = current.routes != stages.routes || current.version != stages.version
        stages = current
        await adopt(current)
        if current.version >= followed.version { followed = current }
        guard isNews, current.source == .redis, let copy else { return }
        do {
            try await NIOThreadPool.singleton.runIfActive { try copy.write(current) }
        } catch {
            logger.warning("The copy of the routes' stages cannot be written", metadata: ["cause": "\(error)"])
        }
    }

    // MARK: Changing

    /// The routes that move, by name.
    package func migrations() async -> [String: RouteMigration] { await configuration().migrations }

    /// Changes routes together, all or none, and follows the change before it returns.
    ///
    /// - Parameters:
    ///   - version: of the one route that the caller has seen; `nil` where it does not matter.
    ///   - change: what becomes of a stage; it is asked again when somebody else came first.
    /// - Returns: what is in force.
    package func change(
        _ routes: [String], by who: String, reason: String, version: Int? = nil,
        _ change: @Sendable (RouteStage) throws(MigrationRefusal) -> RouteStage
    ) async throws(MigrationRefusal) -> MigrationStages {
        let migrations = await migrations()
        if let unknown = routes.first(where: { migrations[$0] == nil }) { throw .unknownRoute(unknown) }
        for _ in 0..<Self.attempts {
            await refresh()
            guard stages.source == .redis, !isAway else { throw .unavailable("Redis does not answer") }
            let before = stages
            var after = before
            after.version += 1
            var changes: [MigrationChange] = []
            for name in routes {
                guard let migration = migrations[name] else { continue }
                let current = before.stage(of: name, migration)
                guard version == nil || version == current.version else {
                    throw .refused("version \(version ?? 0) is not in force any more, but \(current.version)")
                }
                var next = try change(current)
                next.version = after.version
                if next.stage != current.stage { next.since = after.version }
                next.changedAt = Int(Date().timeIntervalSince1970)
                next.changedBy = who
                next.reason = reason
                after.routes[name] = next
                changes.append(MigrationChange(route: name, from: current, to: next))
            }
            do throws(RedisError) {
                guard try await store.write(changes, after: before.version) else { continue }
            } catch {
                throw .unavailable("\(error)")
            }
            for change in changes {
                logger.notice(
                    "Stage of a route changed",
                    metadata: [
                        "route": "\(change.route)", "from": "\(change.from.stage)", "to": "\(change.to.stage)",
                        "writes": "\(change.to.writes)", "epoch": "\(change.to.epoch)", "by": "\(who)",
                        "reason": "\(reason)",
                    ])
            }
            await follow(after)
            return followed
        }
        throw .refused("others change stages all the time")
    }
}
