package import Activity
import FoundationEssentials
import JSON
package import Postgres

/// Routes that move from one service to another, as the gateways tell of them, and administrators' orders to these.
package struct RouteMigrations: Sendable {
    private let questions: GatewayQuestions
    private let database: PostgresCluster

    /// For a gateway to take a question and to answer; orders wait for Redis and for each event loop.
    private static let wait = Duration.seconds(3)

    package init(questions: GatewayQuestions, database: PostgresCluster) {
        self.questions = questions
        self.database = database
    }

    /// All of them, as JSON.
    ///
    /// - Throws: ``AdministrationError``.
    package func all() async throws -> String { try await ask(JSONObject(["do": .string("list")])) }

    /// One with its evidence, its differences and its changes, as JSON.
    ///
    /// - Throws: ``AdministrationError``.
    package func one(_ route: String) async throws -> String {
        try await ask(JSONObject(["do": .string("show"), "route": .string(route)]))
    }

    /// Writes an order into the audit log and has a gateway carry it out: there is no change without an entry.
    ///
    /// - Returns: the route as it is then, as ``one(_:)``.
    /// - Throws: ``AdministrationError``, `PostgresError`.
    package func carryOut(_ order: RouteOrder, by userID: Int, from origin: AuditOrigin) async throws -> String {
        let details = JSONValue.object(order.details).serialized()
        try await AuditEntry(order.kind.audit, of: nil, by: origin, details: details).append(to: database)
        return try await ask(order.question(by: userID), otherwise: .orderUnanswered)
    }

    /// - Parameter otherwise: what it means that a gateway has the question and has not answered.
    private func ask(
        _ question: JSONObject, otherwise unanswered: AdministrationError = .noFigures
    ) async throws -> String {
        let text = JSONValue.object(question).serialized()
        switch try? await questions.ask(text, id: UUID().uuidString, wait: Self.wait) {
        case .answered(let answer): return try Self.body(answer)
        case .withdrawn: throw AdministrationError.noFigures
        case .unanswered, nil: throw unanswered
        }
    }

    private static func body(_ answer: String) throws -> String {
        guard let json = (try? JSONValue(parsing: Array(answer.utf8)))?.object else {
            throw AdministrationError.noFigures
        }
        if let body = json["body"] { return body.serialized() }
        let sentence = json["detail"]?.string ?? ""
        switch json["refused"]?.string {
        case "not_found": throw AdministrationError.noSuchRoute
        case "stages_unavailable": throw AdministrationError.noFigures
        default: throw AdministrationError.orderRefused(sentence)
        }
    }
}
