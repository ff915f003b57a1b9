import APIContract
import Consistency
import HTTPService
import HTTPTypes
import Hummingbird
import JSON

// `{id}/versions`: what a strategy was, and how it becomes that again.
extension StrategyRoutes {
    func addVersions(to group: RouterGroup<ServiceRequestContext>) {
        group.get("{id}/versions") { try await versions($0, $1) }
        group.get("{id}/versions/{version}") { try await version($0, $1) }
        group.post("{id}/versions/{version}/restore") { try await restore($0, $1) }
    }

    func versions(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let id = try Self.number("id", context)
        let query = try VersionListQuery(parsing: request.uri.query)
        return try await consistency.answer(request, context) { database in
            guard let page = try await StrategyRepository(database).versions(id: id, query) else {
                throw APIError.notFound
            }
            return try Self.answer(request, Self.listTag(database)) { headers in
                if let last = page.lastDocumentBeforeNextPage()?["version"]?.integer {
                    let path = "\(Self.path)/\(id)/versions"
                    headers[.link] = "<\(query.target(path: path, after: last))>; rel=\"next\""
                }
                return page.body()
            }
        }
    }

    func version(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let (id, number) = (try Self.number("id", context), try Self.number("version", context))
        return try await consistency.answer(request, context) { database in
            guard let version = try await StrategyRepository(database).version(number, id: id) else {
                throw APIError.notFound
            }
            return try Self.answer(request, version.entityTag) { _ in version.document }
        }
    }

    func restore(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let (id, number) = (try Self.number("id", context), try Self.number("version", context))
        return try await consistency.answer(request, context) { database in
            let restored = try await StrategyRepository(database).restore(
                number, id: id, if: VersionPrecondition(request.headers, id: id))
            return changed(restored, database)
        }
    }
}
