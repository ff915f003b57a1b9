package import APIContract
import Authentication
package import HTTPService
import HTTPTypes
package import Hummingbird
import JSON

/// `/api/v1/auth/api-keys`: what the owner of an account does with the keys of his programs.
package struct APIKeyRoutes: Sendable {
    private let repository: APIKeyRepository
    private let sessions: Sessions
    private let proxies: TrustedProxies

    /// The longest body, in bytes.
    private static let bodyLimit = 16 * 1024

    package init(repository: APIKeyRepository, sessions: Sessions, proxies: TrustedProxies) {
        self.repository = repository
        self.sessions = sessions
        self.proxies = proxies
    }

    /// - Parameter group: behind `AuthenticationMiddleware`, which lets no API key in.
    package func add(to group: RouterGroup<ServiceRequestContext>) {
        group.get("api-keys") { try await list($0, $1) }
        group.post("api-keys") { try await create($0, $1) }
        group.delete("api-keys/{id}") { try await delete($0, $1) }
    }

    func list(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        .json(try await repository.list(userID: try context.requireCaller().userID), headers: Self.headers)
    }

    func create(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let draft = try APIKeyDraft(validating: try await request.jsonObject(upTo: Self.bodyLimit))
        let key = APIKey()
        let document = try await repository.create(
            key, draft, userID: try context.requireCaller().userID,
            by: context.auditOrigin(of: request, trusting: proxies))
        // The one answer that has the key. Its letters need no escapes.
        guard document.hasSuffix("}") else { throw APIError.internalError }
        return .json("\(document.dropLast()),\"key\":\"\(key.text)\"}", status: .created, headers: Self.headers)
    }

    func delete(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let userID = try context.requireCaller().userID
        guard let text = context.parameters.get("id"), let id = Int(text), id > 0, String(id) == text else {
            throw APIError.notFound
        }
        let origin = context.auditOrigin(of: request, trusting: proxies)
        let isDeleted = try await sessions.end { expiry in
            try await repository.delete(id: id, userID: userID, until: expiry, by: origin)
        }
        guard isDeleted else { throw APIError.notFound }
        return Response(status: .noContent)
    }

    private static let headers: HTTPFields = [.cacheControl: "no-store"]
}
