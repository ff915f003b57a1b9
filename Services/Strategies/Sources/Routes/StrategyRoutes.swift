import APIContract
package import Consistency
package import HTTPService
import HTTPTypes
package import Hummingbird
import NIOCore
import Postgres

/// `/api/v1/strategies`: lists, creates, shows, replaces, patches and deletes the caller's strategies, shows and restores
/// their versions, exports and imports.
package struct StrategyRoutes: Sendable {
    package static let path = "/api/v1/strategies"

    let consistency: ConsistencyPolicy
    let events: any EventPublisher
    private let administratorReads: AdministratorReads
    let cache: ReadCache?

    /// - Parameters:
    ///   - events: woken after every change, once it is committed.
    ///   - cache: told of every change, before its client is.
    package init(
        consistency: ConsistencyPolicy, events: any EventPublisher, administratorReads: AdministratorReads,
        cache: ReadCache? = nil
    ) {
        self.consistency = consistency
        self.events = events
        self.administratorReads = administratorReads
        self.cache = cache
    }

    /// - Parameter group: of ``path``, behind `AuthenticationMiddleware`.
    package func add(to group: RouterGroup<ServiceRequestContext>) {
        group.get { try await list($0, $1) }
        group.post { try await create($0, $1) }
        addTransfers(to: group)
        group.get("{id}") { try await get($0, $1) }
        group.put("{id}") { try await replace($0, $1) }
        group.patch("{id}") { try await patch($0, $1) }
        group.delete("{id}") { try await delete($0, $1) }
        addVersions(to: group)
    }

    func list(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let query = try StrategyListQuery(parsing: request.uri.query)
        return try await consistency.answer(request, context, about: query.userID) { database in
            if let userID = query.userID { try await administratorReads.record(request, context, of: userID) }
            let page = try await StrategyRepository(database).list(query)
            return try Self.answer(request, Self.listTag(database)) { headers in
                headers[.link] = page.link(query)
                return page.body()
            }
        }
    }

    func create(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let draft = try StrategyDraft(validating: try await request.jsonObject())
        let key = try IdempotencyKey(request.headers)
        return try await consistency.answer(request, context) { database in
            let (created, isNew) = try await StrategyRepository(database).create(draft, once: key)
            // Whoever asks again under the key is told of what has happened already.
            if isNew { committed(database) }
            return .json(
                created.document, status: .created,
                headers: [.location: "\(Self.path)/\(created.id)", .eTag: created.entityTag.description])
        }
    }

    func get(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let id = try Self.id(context)
        return try await consistency.answer(request, context) { database in
            guard let strategy = try await StrategyRepository(database).get(id: id) else { throw APIError.notFound }
            return try Self.answer(request, strategy.entityTag) { _ in strategy.document }
        }
    }

    func replace(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let id = try Self.id(context)
        let draft = try StrategyDraft(validating: try await request.jsonObject())
        return try await consistency.answer(request, context) { database in
            let replaced = try await StrategyRepository(database).replace(
                id: id, with: draft, if: VersionPrecondition(request.headers, id: id))
            return changed(replaced, database)
        }
    }

    func patch(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let id = try Self.id(context)
        let patch = try StrategyPatch(validating: try await request.jsonObject(as: [.mergePatch, .json]))
        return try await consistency.answer(request, context) { database in
            let patched = try await StrategyRepository(database).patch(
                id: id, with: patch, if: VersionPrecondition(request.headers, id: id))
            return changed(patched, database)
        }
    }

    func delete(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let id = try Self.id(context)
        return try await consistency.answer(request, context) { database in
            try await StrategyRepository(database).delete(id: id, if: VersionPrecondition(request.headers, id: id))
            committed(database)
            return Response(status: .noContent)
        }
    }

    /// Something of the user's has changed.
    func committed(_ database: UserDatabase) {
        cache?.invalidate(userID: database.userID)
        events.wake()
    }

    // MARK: Answers

    func changed(_ strategy: StoredStrategy, _ database: UserDatabase) -> Response {
        committed(database)
        return .json(strategy.document, headers: [.eTag: strategy.entityTag.description])
    }

    /// Answers a GET, with 304 or 412 where its conditions say so.
    ///
    /// - Parameter body: called only for a 200; may add fields.
    static func answer(
        _ request: Request, _ tag: EntityTag?, body: (inout HTTPFields) -> ByteBuffer
    ) throws -> Response {
        var headers = HTTPFields()
        if let tag {
            headers[.eTag] = tag.description
            switch ReadCondition(request.headers, of: tag) {
            case .met: break
            case .notModified: return Response(status: .notModified, headers: headers)
            case .failed: throw StrategyChangeError.stale
            }
        }
        let body = body(&headers)
        return .json(body, headers: headers)
    }

    /// The tag of a list: whatever changes one changes its user's revision.
    static func listTag(_ database: UserDatabase) -> EntityTag? {
        database.revision.map { listTag(userID: database.userID, $0) }
    }

    static func listTag(userID: Int, _ revision: Revision) -> EntityTag {
        EntityTag("\(userID)-\(revision.epoch)-\(revision.number)")
    }

    /// A number in the path; what is no number of this API names nothing that exists.
    static func number(_ name: String, _ context: ServiceRequestContext) throws(APIError) -> Int {
        guard let text = context.parameters.get(name), let number = Int(text), number > 0, String(number) == text else {
            throw APIError.notFound
        }
        return number
    }

    private static func id(_ context: ServiceRequestContext) throws(APIError) -> Int { try number("id", context) }
}
