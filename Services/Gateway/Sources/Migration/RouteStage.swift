/// How far a route has come, who owns its writes, and who changed that last.
///
/// It is kept in Redis, and every gateway has a copy.
package struct RouteStage: Sendable, Hashable {
    package var stage: MigrationStage
    /// Whose store takes the route's writes: one at any instant, whatever the stage of its reads.
    package var owner: MigrationSide
    /// Whether writes wait at the gateways while their owner changes.
    package var holdsWrites = false
    /// Counts the owners from 1. Both stores refuse a write of an older one.
    package var epoch = 1
    /// Counts the changes of all routes; 0 for what the file says.
    package var version = 0
    /// The version with which the stage began; evidence counts from there.
    package var since = 0
    /// Users who stay on one side.
    package var pins: [Int: MigrationSide] = [:]
    /// Seconds since 1970; 0 for what the file says.
    package var changedAt = 0
    package var changedBy = ""
    package var reason = ""

    package init(_ stage: MigrationStage, owner: MigrationSide = .legacy) {
        self.stage = stage
        self.owner = owner
    }

    /// What the file says.
    package init(_ migration: RouteMigration) {
        self.init(migration.initial, owner: migration.initial == .retired ? .candidate : .legacy)
    }

    /// `legacy`, `held` or `candidate`.
    package var writes: String { holdsWrites ? "held" : owner.rawValue }

    /// - Parameters:
    ///   - user: `nil` for anybody. An address stands for many people, and for others tomorrow, so a canary leaves
    ///     requests without a user on the monolith.
    ///   - wish: of a tester, which only reads follow.
    package func side(
        of user: Int?, isSafe: Bool, wish: MigrationSide? = nil, _ migration: RouteMigration
    ) -> MigrationSide {
        guard isSafe else { return owner }
        if stage == .retired { return .candidate }
        if let wish { return wish }
        let pin = user.flatMap { pins.isEmpty ? nil : pins[$0] }
        switch stage {
        case .legacy, .shadow: return .legacy
        case .canary(let percent):
            guard let user else { return .legacy }
            if let pin { return pin }
            let isChosen = migration.firstUsers.contains(user) || migration.share.contains(user, percent: percent)
            return isChosen ? .candidate : .legacy
        case .full, .retired: return pin ?? .candidate
        }
    }
}
