package import APIContract
import Authentication
package import Consistency
package import HTTPService
import HTTPTypes
package import Hummingbird

/// `/api/v1/auth`: what a caller who is signed in asks about himself.
package struct AccountRoutes: Sendable {
    private let consistency: ConsistencyPolicy
    private let sessions: Sessions
    private let owner: AccountOwner
    private let proxies: TrustedProxies

    /// The longest body with passwords, in bytes.
    private static let bodyLimit = 16 * 1024

    package init(
        consistency: ConsistencyPolicy, sessions: Sessions, owner: AccountOwner, proxies: TrustedProxies
    ) {
        self.consistency = consistency
        self.sessions = sessions
        self.owner = owner
        self.proxies = proxies
    }

    /// - Parameter group: behind `AuthenticationMiddleware`.
    package func add(to group: RouterGroup<ServiceRequestContext>) {
        group.get("me") { try await show($0, $1) }
        group.patch("me") { try await change($0, $1) }
        group.delete("me") { try await delete($0, $1) }
        group.post("password") { try await changePassword($0, $1) }
        group.get("sessions") { try await listSessions($0, $1) }
        group.delete("sessions/{id}") { try await endSession($0, $1) }
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

    func delete(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        var body = ObjectValidator(try await request.jsonObject(upTo: Self.bodyLimit))
        let password = body.string("password", length: PasswordChange.givenLength)
        try body.finish()
        let (token, origin) = (try context.requireCaller(), context.auditOrigin(of: request, trusting: proxies))
        try await context.hashing { try await owner.delete(password: password, as: token, by: origin) }
        return Self.ended(request)
    }

    func changePassword(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let change = try PasswordChange(validating: try await request.jsonObject(upTo: Self.bodyLimit))
        let (token, origin) = (try context.requireCaller(), context.auditOrigin(of: request, trusting: proxies))
        try await context.hashing { try await owner.changePassword(change, as: token, by: origin) }
        return Response(status: .noContent)
    }

    func listSessions(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        .json(try await sessions.list(of: try context.requireCaller()), headers: [.cacheControl: "no-store"])
    }

    func endSession(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let caller = try context.requireCaller()
        guard let id = context.parameters.get("id"), try await sessions.end(id, of: caller.userID) else {
            throw APIError.notFound
        }
        return id == caller.sessionID ? Self.ended(request) : Response(status: .noContent)
    }

    func logout(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await sessions.end(try context.requireCaller())
        return Self.ended(request)
    }

    func logoutAll(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await sessions.endAll(userID: try context.requireCaller().userID)
        return Self.ended(request)
    }

    /// The caller's own session is over: a browser forgets it.
    private static func ended(_ request: Request) -> Response {
        var response = Response(status: .noContent)
        response.headers.append(BrowserCookies(carrying: request)?.clearing ?? [])
        return response
    }

    /// An account that is gone or not active has no valid token, whatever its token says.
    private static func answer(_ document: String?) throws -> Response {
        guard let document else { throw APIError.unauthorized }
        return .json(document, headers: [.cacheControl: "no-store"])
    }
}
