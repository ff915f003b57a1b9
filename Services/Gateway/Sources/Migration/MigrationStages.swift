/// The stages of all routes at one moment; replaced as a whole.
package struct MigrationStages: Sendable, Hashable {
    /// Where the gateway has them from.
    package enum Source: String, Sendable, Hashable {
        /// Nothing else is known yet.
        case file
        /// What this gateway knew when it last ran; Redis has not answered since.
        case copy
        case redis
    }

    package var routes: [String: RouteStage]
    /// Of the last change; 0 before the first.
    package var version: Int
    package var source: Source

    package init(_ routes: [String: RouteStage] = [:], version: Int = 0, source: Source = .file) {
        self.routes = routes
        self.version = version
        self.source = source
    }

    /// Until it is known who owns a route's writes, they are held: the file may be older than a change of their owner.
    package func stage(of route: String, _ migration: RouteMigration) -> RouteStage {
        if let stage = routes[route] { return stage }
        var stage = RouteStage(migration)
        stage.holdsWrites = source == .file
        return stage
    }
}
