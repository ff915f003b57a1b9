import APIContract
import Authentication
package import Consistency
package import HTTPService
import HTTPTypes
package import Hummingbird

/// `/api/v1/auth`: what a caller who is signed in asks about himself.
package struct AccountRoutes: Sendable {
    private let consistency: ConsistencyPolicy
    private let sessions: Sessions

    package init(consistency: ConsistencyPolicy, sessions: Sessions) {
        self.consistency = consistency
        self.sessions = sessions
    }

    /// - Parameter group: behind `AuthenticationMiddleware`.
    package func add(to group: RouterGroup<ServiceRequestContext>) {
        group.get("me") { try await show($0, $1) }
        group.patch("me") { try await change($0, $1) }
        group.post("logout") { try await logout($0, $1) }
        group.post("logout-all") { try await logoutAll($0, $1) }
    }

    func show(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await consistency.answer(request, context) { database in
            try Self.answer(try await Profile.document(in: database))
        }
    }

    func change(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let name = try Profile.name(
            validating: try await request.jsonObject(as: [.json, .mergePatch]))
        return try await consistency.answer(request, context) { database in
            guard let name else { return try Self.answer(try await Profile.document(in: database)) }
            return try Self.answer(try await Profile.rename(to: name, in: database))
        }
    }

    func logout(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await sessions.end(try context.requireCaller())
        return Response(status: .noContent)
    }

    func logoutAll(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await sessions.endAll(userID: try context.requireCaller().userID)
        return Response(status: .noContent)
    }

    /// An account that is gone or not active has no valid token, whatever its token says.
    private static func answer(_ document: String?) throws -> Response {
        guard let document else { throw APIError.unauthorized }
        return .json(document, headers: [.cacheControl: "no-store"])
    }
}
