import APIContract
import Authentication
package import HTTPService
import HTTPTypes
package import Hummingbird

/// `/api/v1/strategies`: lists, creates, shows, replaces, patches and deletes the caller's strategies.
package struct StrategyRoutes: Sendable {
    package static let path = "/api/v1/strategies"

    private let repository: StrategyRepository

    package init(repository: StrategyRepository) { self.repository = repository }

    /// - Parameter group: of ``path``, behind `AuthenticationMiddleware`.
    package func add(to group: RouterGroup<ServiceRequestContext>) {
        group.get { try await list($0, $1) }
        group.post { try await create($0, $1) }
        group.get("{id}") { try await get($0, $1) }
        group.put("{id}") { try await replace($0, $1) }
        group.patch("{id}") { try await patch($0, $1) }
        group.delete("{id}") { try await delete($0, $1) }
    }

    func list(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let caller = try context.requireCaller()
        let query = try StrategyListQuery(parsing: request.uri.query)
        let page = try await repository.list(query, userID: caller.userID)
        var headers = HTTPFields()
        if let last = page.lastDocumentBeforeNextPage(), let cursor = ListCursor(sort: query.sort, after: last) {
            headers[.link] = "<\(query.target(path: Self.path, after: cursor))>; rel=\"next\""
        }
        return .json(page.body(), headers: headers)
    }

    func create(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let caller = try context.requireCaller()
        let draft = try StrategyDraft(validating: try await request.jsonObject())
        let created = try await repository.create(draft, userID: caller.userID)
        return .json(
            created.document, status: .created,
            headers: [.location: "\(Self.path)/\(created.id)", .eTag: created.entityTag.description])
    }

    func get(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let (id, caller) = (try Self.id(context), try context.requireCaller())
        guard let strategy = try await repository.get(id: id, userID: caller.userID) else { throw APIError.notFound }
        let headers: HTTPFields = [.eTag: strategy.entityTag.description]
        if let field = request.headers[.ifNoneMatch], strategy.entityTag.isNamed(byIfNoneMatch: field) {
            return Response(status: .notModified, headers: headers)
        }
        return .json(strategy.document, headers: headers)
    }

    func replace(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let (id, caller) = (try Self.id(context), try context.requireCaller())
        let draft = try StrategyDraft(validating: try await request.jsonObject())
        return Self.changed(
            try await repository.replace(
                id: id, userID: caller.userID, with: draft, if: VersionPrecondition(request.headers, id: id)))
    }

    func patch(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let (id, caller) = (try Self.id(context), try context.requireCaller())
        let patch = try StrategyPatch(validating: try await request.jsonObject(as: [.mergePatch, .json]))
        return Self.changed(
            try await repository.patch(
                id: id, userID: caller.userID, with: patch, if: VersionPrecondition(request.headers, id: id)))
    }

    func delete(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let (id, caller) = (try Self.id(context), try context.requireCaller())
        try await repository.delete(
            id: id, userID: caller.userID, if: VersionPrecondition(request.headers, id: id))
        return Response(status: .noContent)
    }

    private static func changed(_ strategy: StoredStrategy) -> Response {
        .json(strategy.document, headers: [.eTag: strategy.entityTag.description])
    }

    /// The id in the path; what is no id of this API names nothing that exists.
    private static func id(_ context: ServiceRequestContext) throws(APIError) -> Int {
        guard let text = context.parameters.get("id"), let id = Int(text), id > 0, String(id) == text else {
            throw APIError.notFound
        }
        return id
    }
}
