import APIContract
package import Consistency
package import HTTPService
import HTTPTypes
package import Hummingbird

/// `/api/v1/strategies`: lists, creates, shows, replaces, patches and deletes the caller's strategies.
package struct StrategyRoutes: Sendable {
    package static let path = "/api/v1/strategies"

    private let consistency: ConsistencyPolicy

    package init(consistency: ConsistencyPolicy) { self.consistency = consistency }

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
        let query = try StrategyListQuery(parsing: request.uri.query)
        return try await consistency.answer(request, context) { database in
            let page = try await StrategyRepository(database).list(query)
            var headers = HTTPFields()
            if let last = page.lastDocumentBeforeNextPage(), let cursor = ListCursor(sort: query.sort, after: last) {
                headers[.link] = "<\(query.target(path: Self.path, after: cursor))>; rel=\"next\""
            }
            return .json(page.body(), headers: headers)
        }
    }

    func create(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let draft = try StrategyDraft(validating: try await request.jsonObject())
        return try await consistency.answer(request, context) { database in
            let created = try await StrategyRepository(database).create(draft)
            return .json(
                created.document, status: .created,
                headers: [.location: "\(Self.path)/\(created.id)", .eTag: created.entityTag.description])
        }
    }

    func get(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let id = try Self.id(context)
        return try await consistency.answer(request, context) { database in
            guard let strategy = try await StrategyRepository(database).get(id: id) else { throw APIError.notFound }
            let headers: HTTPFields = [.eTag: strategy.entityTag.description]
            if let field = request.headers[.ifNoneMatch], strategy.entityTag.isNamed(byIfNoneMatch: field) {
                return Response(status: .notModified, headers: headers)
            }
            return .json(strategy.document, headers: headers)
        }
    }

    func replace(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let id = try Self.id(context)
        let draft = try StrategyDraft(validating: try await request.jsonObject())
        return try await consistency.answer(request, context) { database in
            Self.changed(
                try await StrategyRepository(database).replace(
                    id: id, with: draft, if: VersionPrecondition(request.headers, id: id)))
        }
    }

    func patch(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let id = try Self.id(context)
        let patch = try StrategyPatch(validating: try await request.jsonObject(as: [.mergePatch, .json]))
        return try await consistency.answer(request, context) { database in
            Self.changed(
                try await StrategyRepository(database).patch(
                    id: id, with: patch, if: VersionPrecondition(request.headers, id: id)))
        }
    }

    func delete(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let id = try Self.id(context)
        return try await consistency.answer(request, context) { database in
            try await StrategyRepository(database).delete(id: id, if: VersionPrecondition(request.headers, id: id))
            return Response(status: .noContent)
        }
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
