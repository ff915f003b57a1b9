import NIOCore

/// A user during a run, with one operation at a time: what it does next, and what an answer must be.
///
/// Belongs to one event loop.
package final class VirtualUser {
    /// As many as a list shows at once (`limit`, by default).
    private static let pageSize = 50

    package private(set) var account: LoadUser
    package private(set) var consistencyToken: String?
    private var strategies: [Int]
    /// Not known any more after a creation or deletion whose outcome is not: lists are then checked for their owner alone.
    private var countIsKnown = true
    private var refreshFailed = false
    private var turn = 0
    /// The fields that every request of this user has; empty after a token has changed.
    private var fields = ""

    package init(_ prepared: PreparedUser) {
        account = prepared.user
        strategies = prepared.strategies
        consistencyToken = prepared.consistencyToken
    }

    func fields(_ builder: RequestBuilder) -> String {
        if fields.isEmpty {
            fields = builder.fields(accessToken: account.accessToken, consistencyToken: consistencyToken)
        }
        return fields
    }

    /// As it is kept for the next run.
    var prepared: PreparedUser {
        PreparedUser(user: account, strategies: strategies, consistencyToken: consistencyToken)
    }

    // MARK: What it does

    /// The first request of an operation.
    ///
    /// - Parameter now: in nanoseconds; a change has it in its description, so that its event tells how old it is.
    package func begin(_ operation: Operation, at now: Int64) -> OperationStep {
        turn += 1
        switch operation {
        case .list, .delivery: return .list
        case .get: return strategy.map { .get($0) } ?? .list
        case .change: return strategy.map { .change($0, description: EventCheck.description(at: now)) } ?? .list
        case .createAndDelete: return .create(name: "Load test \(turn)")
        case .login: return .login(email: account.email, password: account.password)
        case .refresh: return .refresh(account.refreshToken)
        }
    }

    /// How long before its end an access token is renewed, in seconds.
    private static let renewal = 60

    /// What must come first when the access token ends soon: a refresh, or a login where that failed.
    ///
    /// - Parameter now: in seconds since 1970.
    package func signIn(at now: Int) -> Operation? {
        guard account.accessTokenEnds - now < Self.renewal else { return nil }
        return refreshFailed ? .login : .refresh
    }

    private var strategy: Int? { strategies.isEmpty ? nil : strategies[turn % strategies.count] }

    // MARK: What comes back

    /// Takes an answer, and what it tells of this user.
    ///
    /// - Parameter now: in seconds since 1970.
    /// - Returns: the operation's next request; `nil` when it is done.
    /// - Throws: ``LoadError`` for an answer that is not what was asked for.
    package func take(_ answer: HTTPAnswer, to step: OperationStep, now: Int) throws(LoadError) -> OperationStep? {
        switch step {
        case .list:
            try expect(200, answer)
            let count = answer.body.withUnsafeReadableBytes { ListScan.count($0, of: account.id) }
            guard let count else { throw .wrongBody("no list of this user's strategies") }
            let expected = min(strategies.count, Self.pageSize)
            guard !countIsKnown || count == expected else {
                throw .wrongBody("another number of strategies than this user has")
            }
            return nil
        case .get(let id):
            try expect(200, answer)
            try AnswerCheck.strategy(answer.body, id: id, userID: account.id)
            return nil
        case .change(let id, let description):
            try expect(200, answer)
            remember(answer)
            try AnswerCheck.strategy(answer.body, id: id, userID: account.id, description: description)
            return nil
        case .create(let name):
            try expect(201, answer)
            remember(answer)
            return .delete(try AnswerCheck.created(answer.body, name: name, userID: account.id))
        case .delete:
            try expect(204, answer)
            remember(answer)
            return nil
        case .login, .refresh:
            try expect(200, answer)
            let pair = try AnswerCheck.tokens(answer.body)
            account.accessToken = pair.accessToken
            account.refreshToken = pair.refreshToken
            account.accessTokenEnds = now + pair.lifetime
            refreshFailed = false
            fields = ""
            return nil
        }
    }

    /// Takes that a request failed, by its answer or for want of one.
    package func fail(_ step: OperationStep) {
        switch step {
        case .create, .delete: countIsKnown = false
        case .refresh: refreshFailed = true
        default: break
        }
    }

    private func expect(_ status: Int, _ answer: HTTPAnswer) throws(LoadError) {
        guard answer.status == status else {
            throw .status(answer.status, code: AnswerCheck.errorCode(answer.body))
        }
    }

    private func remember(_ answer: HTTPAnswer) {
        guard let token = answer.consistencyToken else { return }
        consistencyToken = token
        fields = ""
    }
}
