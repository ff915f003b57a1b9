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
    private let tokens: IssuedTokens
    private let verifier: TokenVerifier
    private let revocations: RevocationWatch
    private let cache: ReadCache?

    init(
        _ cluster: PostgresCluster, codec: ConsistencyTokenCodec, verifier: TokenVerifier,
        revocations: RevocationWatch, cache: ReadCache?
    ) {
        self.cluster = cluster
        self.codec = codec
        tokens = IssuedTokens(codec)
        self.verifier = verifier
        self.revocations = revocations
        self.cache = cache
    }

    package func respond(
        to request: DirectRequest, on eventLoop: any EventLoop,
        reply: @escaping @Sendable (DirectAnswer?) -> Void
    ) -> Bool {
        guard request.target.hasPrefix(StrategyRoutes.path), let caller = verifier.cached(request.token),
            revocations.verdict(on: caller) == .valid, caller.permits(.strategies, changing: false),
            let told = PresentedRevision(request.consistencyToken, userID: caller.userID, codec: codec)
        else { return false }
        let answered: ReadCache.Waiter = { answer in
            guard let answer, ReadCache.Cache.suffices(answer.revision, told.minimum) else { return reply(nil) }
            reply(answer.direct)
        }
        guard let cache else { return read(request.target, caller.userID, told, on: eventLoop, deliver: answered) }
        let key = ReadCache.Cache.Key(userID: caller.userID, target: request.target)
        // The read that is waited for may be another event loop's.
        switch cache.ask(key, told: told.minimum, waiter: { answer in eventLoop.execute { answered(answer) } }) {
        case .hit(let entry): reply(entry.answer.direct)
        case .joined: break
        case .pass: return read(request.target, caller.userID, told, on: eventLoop, deliver: answered)
        case .read:
            let isAsked = read(request.target, caller.userID, told, on: eventLoop) { answer in
                let answer = answer?.detached
                cache.finish(key, with: answer)
                answered(answer)
            }
            if !isAsked { cache.finish(key, with: nil) }
            return isAsked
        }
        return true
    }

    /// - Parameter deliver: called once, on the event loop; with nil where the router must answer.
    /// - Returns: false when nothing was asked.
    private func read(
        _ target: String, _ userID: Int, _ told: PresentedRevision, on eventLoop: any EventLoop,
        deliver: @escaping @Sendable (StrategyAnswer?) -> Void
    ) -> Bool {
        guard let read = DirectStrategyRead(target: target) else { return false }
        let (statement, parameters) = read.statement(userID: userID)
        return cluster.readDirectly(
            statement, parameters, caller: Caller(userID: userID),
            requirement: ReadRequirement(minimum: told.minimum)
        ) { [tokens] answer in
            // The reactor's one thread has other answers to read.
            eventLoop.execute {
                guard let answer else { return deliver(nil) }
                // A client that has seen this very revision has sent its token.
                let token =
                    told.text(of: answer.revision)
                    ?? tokens.text(of: ConsistencyToken(userID: userID, revision: answer.revision))
                deliver(read.answer(answer, userID: userID, consistencyToken: token))
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
    func answer(_ answer: RevisedRows, userID: Int, consistencyToken: String) -> StrategyAnswer? {
        switch self {
        case .list(let query):
            let page = StrategyPage(rows: answer.rows, limit: query.limit)
            var fields: [(name: StaticString, value: String)] = [
                ("ETag", StrategyRoutes.listTag(userID: userID, answer.revision).description)
            ]
            if let link = page.link(query) { fields.append(("Link", link)) }
            return StrategyAnswer(
                revision: answer.revision, route: StrategyRoutes.path, fields: fields,
                consistencyToken: consistencyToken,
                bodyLength: page.bodyLength
            ) { page.writeBody(&$0) }
        case .get:
            guard let strategy = StoredStrategy(answer.rows) else { return nil }
            return StrategyAnswer(
                revision: answer.revision, route: "\(StrategyRoutes.path)/{id}",
                fields: [("ETag", strategy.entityTag.description)], consistencyToken: consistencyToken,
                bodyLength: strategy.document.readableBytes
            ) { $0.writeImmutableBuffer(strategy.document) }
        }
    }
}
