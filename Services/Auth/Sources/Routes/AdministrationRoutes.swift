package import APIContract
import Authentication
package import HTTPService
import HTTPTypes
package import Hummingbird

/// `/api/v1/admin`: accounts, the audit log and what the gateways do, for administrators.
package struct AdministrationRoutes: Sendable {
    package static let path = "/api/v1/admin"

    private let administration: Administration
    private let proxies: TrustedProxies

    package init(_ administration: Administration, proxies: TrustedProxies) {
        self.administration = administration
        self.proxies = proxies
    }

    /// - Parameter group: of ``path``, behind `AuthenticationMiddleware`.
    package func add(to group: RouterGroup<ServiceRequestContext>) {
        group.get("users") { try await list($0, $1) }
        group.get("users/{id}") { try await show($0, $1) }
        group.patch("users/{id}") { try await change($0, $1) }
        group.post("users/{id}/revoke") { try await revoke($0, $1) }
        group.get("audit") { try await audit($0, $1) }
        group.get("cluster") { try await cluster($0, $1) }
    }

    func list(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await administration.require(.readAccounts, of: try context.requireCaller())
        let query = try AdministrationListQuery.accounts(parsing: request.uri.query)
        return Self.answer(try await administration.accounts(query), request)
    }

    func show(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await administration.require(.readAccounts, of: try context.requireCaller())
        guard let document = try await administration.account(id: try Self.id(context)) else { throw APIError.notFound }
        return .json(document, headers: [.cacheControl: "no-store"])
    }

    func change(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await administration.require(.writeAccounts, of: try context.requireCaller())
        let id = try Self.id(context)
        let change = try AccountChange(
            validating: try await request.jsonObject(as: [.json, .mergePatch], upTo: 16 * 1024))
        let document = try await administration.change(
            id: id, change, by: context.auditOrigin(of: request, trusting: proxies))
        return .json(document, headers: [.cacheControl: "no-store"])
    }

    func revoke(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await administration.require(.writeAccounts, of: try context.requireCaller())
        try await administration.revoke(
            id: try Self.id(context), by: context.auditOrigin(of: request, trusting: proxies))
        return Response(status: .noContent)
    }

    func audit(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await administration.require(.readAudit, of: try context.requireCaller())
        let query = try AdministrationListQuery.audit(parsing: request.uri.query)
        return Self.answer(try await administration.audit(query), request)
    }

    func cluster(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await administration.require(.readCluster, of: try context.requireCaller())
        return .json(try await administration.activity(), headers: [.cacheControl: "no-store"])
    }

    private static func answer(_ page: AdministrationPage, _ request: Request) -> Response {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        if let next = page.next {
            let kept = (request.uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("cursor=") }
            let items = kept + ["cursor=\(AdministrationListQuery.encodeCursor(next))"]
            headers[.link] = "<\(request.uri.path)?\(items.joined(separator: "&"))>; rel=\"next\""
        }
        return .json(page.body, headers: headers)
    }

    /// What is no id of this API names nothing that exists.
    private static func id(_ context: ServiceRequestContext) throws(APIError) -> Int {
        guard let text = context.parameters.get("id"), let id = Int(text), id > 0, String(id) == text else {
            throw APIError.notFound
        }
        return id
    }
}

extension ServiceRequestContext {
    func auditOrigin(of request: Request, trusting proxies: TrustedProxies) -> AuditOrigin {
        AuditOrigin(
            actorID: caller?.userID, address: clientAddress(of: request, trusting: proxies), requestID: requestID)
    }
}
