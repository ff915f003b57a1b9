package import Authentication

/// What the configuration says of a route that moves from a monolith to a service.
///
/// How far it has come is no configuration: ``RouteStage``.
package final class RouteMigration: Sendable {
    /// The monolith.
    package let legacy: UpstreamName
    package let candidate: UpstreamName
    /// Where the route stands until somebody has moved it.
    package let initial: MigrationStage
    /// What users are spread by. Routes with the same salt move the same users at the same percentage.
    package let salt: String
    package let share: UserShare
    /// Users who go first: on the candidate with the first canary.
    package let firstUsers: Set<Int>
    /// Who may choose a side for themselves; nobody unless the file says so.
    package let testers: Set<Int>
    package let testerRoles: Set<Role>
    package let mapping: MigrationMapping
    /// Whether the route has reads, which alone are compared.
    package let hasReads: Bool
    package let shadow: ShadowLimits
    package let comparison: ComparisonRules
    package let guards: MigrationGuards
    /// How both sides know each other's users; `nil` where the monolith's tokens are refused, and ours are left to it.
    package let bridge: IdentityBridge?

    package init(
        legacy: UpstreamName, candidate: UpstreamName, initial: MigrationStage = .legacy, salt: String? = nil,
        firstUsers: Set<Int> = [], testers: Set<Int> = [], testerRoles: Set<Role> = [],
        mapping: MigrationMapping = MigrationMapping(), hasReads: Bool = true, shadow: ShadowLimits = ShadowLimits(),
        comparison: ComparisonRules = ComparisonRules(), guards: MigrationGuards = MigrationGuards(),
        bridge: IdentityBridge? = nil
    ) {
        self.legacy = legacy
        self.candidate = candidate
        self.initial = initial
        self.salt = salt ?? "\(legacy.rawValue)>\(candidate.rawValue)"
        share = UserShare(salt: self.salt)
        self.firstUsers = firstUsers
        self.testers = testers
        self.testerRoles = testerRoles
        self.mapping = mapping
        self.hasReads = hasReads
        self.shadow = shadow
        self.comparison = comparison
        self.guards = guards
        self.bridge = bridge
    }

    package func upstream(of side: MigrationSide) -> UpstreamName { side == .legacy ? legacy : candidate }

    func isTester(_ caller: AccessToken) -> Bool {
        testers.contains(caller.userID) || testerRoles.contains(caller.role)
    }
}
