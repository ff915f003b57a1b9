package import APIContract
import Authentication
import HTTPService
import Hummingbird
import JSON
package import Postgres

/// Lets administrators see other users' strategies, once the audit log tells of it.
package struct AdministratorReads: Sendable {
    private let database: PostgresCluster
    private let proxies: TrustedProxies

    package init(_ database: PostgresCluster, proxies: TrustedProxies) {
        self.database = database
        self.proxies = proxies
    }

    /// Writes an entry of the audit log, `strategies.read`. The token must say admin, and the database as well: an old token
    /// gives nothing, nor does an API key.
    ///
    /// - Throws: ``APIError`` 403, 404 for an account that is not there; `PostgresError`, and then nothing may be shown.
    func record(_ request: Request, _ context: ServiceRequestContext, of userID: Int) async throws {
        let caller = try context.requireCaller()
        guard caller.role == .admin, caller.scopes == nil else { throw APIError.forbidden }
        let asked = JSONValue.object(JSONObject(["query": .string(request.uri.query ?? "")]))
        let rows = try await database.write(
            Queries.recordAdministratorRead,
            [
                .integer(userID), .text(context.clientAddress(of: request, trusting: proxies)),
                .text(context.requestID), .text(asked.serialized()),
            ],
            caller: Caller(userID: caller.userID))
        switch rows.text(0, 0) {
        case "recorded": return
        case "missing": throw APIError.notFound
        default: throw APIError.forbidden
        }
    }
}
