import Authentication
import Consistency
package import HTTPService
package import NIOCore
import Postgres

/// The list and the single strategy, answered directly where everything is as it mostly is: the token was verified before
/// and is proven valid, a replica is there, and what it shows is not older than what the client has seen.
///
/// Whatever is not so, ``StrategyRoutes`` answers, from the beginning.
package struct DirectStrategyReads: DirectResponder {
    private let cluster: PostgresCluster
    private let codec: ConsistencyTokenCodec
    private let verifier: TokenVerifier
    private let revocations: RevocationWatch

    init(
        _ cluster: PostgresCluster, codec: ConsistencyTokenCodec, verifier: TokenVerifier, revocations: RevocationWatch
    ) {
        self.cluster = cluster
        self.codec = codec
        self.verifier = verifier
        self.revocations = revocations
    }

    package func respond(
        to request: DirectRequest, on eventLoop: any EventLoop,
        reply: @escaping @Sendable (DirectAnswer?) -> Void
    ) -> Bool {
        guard let read = DirectStrategyRead(target: request.target),
            let caller = verifier.cached(request.token), revocations.verdict(on: caller) == .valid,
            caller.permits(.strategies, changing: false)
        else { return false }
        let userID = caller.userID
        guard let told = PresentedRevision(request.consistencyToken, userID: userID, codec: codec) else { return false }
        let (statement, parameters) = read.statement(userID: userID)
        return cluster.readDirectly(
            statement, parameters, caller: Caller(userID: userID),
            requirement: ReadRequirement(minimum: told.minimum)
        ) { [codec] answer in
            eventLoop.execute {
                guard let answer, !RevisionLoss.mustAskBases(told: told.minimum, answered: answer.revision) else {
                    return reply(nil)
                }
                let token = told.text(for: answer.revision, userID: userID, codec: codec)
                reply(read.answer(answer, userID: userID, consistencyToken: token))
            }
        }
    }
}

/// What the request asks for.
private enum DirectStrategyRead: Sendable {
    case list(StrategyListQuery)
    case get(id: Int)

    /// - Returns: `nil` for a target of another route, and for one that is refused.
    init?(target: String) {
        guard target.hasPrefix(StrategyRoutes.path) else { return nil }
        let rest = target.utf8.dropFirst(StrategyRoutes.path.utf8.count)
        switch rest.first {
        case nil: self = .list(StrategyListQuery())
        case UInt8(ascii: "?"):
            guard let query = try? StrategyListQuery(parsing: String(Substring(rest.dropFirst()))),
                query.consistency == nil, query.userID == nil
            else { return nil }
            self = .list(query)
        case UInt8(ascii: "/"):
            let digits = Substring(rest.dropFirst())
            guard let id = Int(digits), id > 0, String(id) == digits else { return nil }
            self = .get(id: id)
        default: return nil
        }
    }

    func statement(userID: Int) -> (Statement, [PostgresValue]) {
        switch self {
        case .list(let query): Queries.list(query, userID: userID)
        case .get(let id): (Queries.get, [.integer(userID), .integer(id)])
        }
    }

    /// - Returns: `nil` where the answer is no 200.
    func answer(_ answer: RevisedRows, userID: Int, consistencyToken: String) -> DirectAnswer? {
        switch self {
        case .list(let query):
            let page = StrategyPage(rows: answer.rows, limit: query.limit)
            var fields: [(name: StaticString, value: String)] = [
                ("ETag", StrategyRoutes.listTag(userID: userID, answer.revision).description),
                ("Consistency-Token", consistencyToken),
            ]
            if let link = page.link(query) { fields.append(("Link", link)) }
            return DirectAnswer(route: StrategyRoutes.path, fields: fields, bodyLength: page.bodyLength) {
                page.writeBody(&$0)
            }
        case .get:
            guard let strategy = StoredStrategy(answer.rows) else { return nil }
            let fields: [(name: StaticString, value: String)] = [
                ("ETag", strategy.entityTag.description), ("Consistency-Token", consistencyToken),
            ]
            return DirectAnswer(
                route: "\(StrategyRoutes.path)/{id}", fields: fields, bodyLength: strategy.document.readableBytes
            ) { body in
                var document = strategy.document
                body.writeBuffer(&document)
            }
        }
    }
}
