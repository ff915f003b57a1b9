package import APIContract
import Authentication
package import HTTPService
import HTTPTypes
package import Hummingbird

/// `/api/v1/admin/migrations`: routes that move from one service to another, for administrators.
package struct RouteMigrationRoutes: Sendable {
    private let administration: Administration
    private let migrations: RouteMigrations
    private let proxies: TrustedProxies

    package init(_ administration: Administration, migrations: RouteMigrations, proxies: TrustedProxies) {
        self.administration = administration
        self.migrations = migrations
        self.proxies = proxies
    }

    /// - Parameter group: of ``AdministrationRoutes/path``, behind `AuthenticationMiddleware`.
    package func add(to group: RouterGroup<ServiceRequestContext>) {
        group.get("migrations") { _, context in
            try await administration.require(.readCluster, of: try context.requireCaller())
            return Self.answer(try await migrations.all())
        }
        group.get("migrations/{route}") { _, context in
            try await administration.require(.readCluster, of: try context.requireCaller())
            return Self.answer(try await migrations.one(context.parameters.get("route") ?? ""))
        }
        for kind in RouteOrder.Kind.allCases {
            group.post("migrations/{route}/\(kind.rawValue)") { try await order(kind, $0, $1) }
        }
    }

    private func order(
        _ kind: RouteOrder.Kind, _ request: Request, _ context: ServiceRequestContext
    ) async throws -> Response {
        let caller = try context.requireCaller()
        try await administration.require(.moveRoutes, of: caller)
        let order = try RouteOrder(
            kind, of: context.parameters.get("route") ?? "",
            validating: try await request.jsonObject(upTo: 16 * 1024))
        return Self.answer(
            try await migrations.carryOut(
                order, by: caller.userID, from: context.auditOrigin(of: request, trusting: proxies)))
    }

    private static func answer(_ body: String) -> Response { .json(body, headers: [.cacheControl: "no-store"]) }
}
