package import APIContract
import Authentication
package import HTTPService
import HTTPTypes
package import Hummingbird
package import Postgres

/// Answers requests for a user's data so that no client is ever shown less than it has seen (read-your-writes and
/// monotonic reads), over any instance and any replica.
package struct ConsistencyPolicy: Sendable {
    private let cluster: PostgresCluster
    private let codec: ConsistencyTokenCodec
    private let translate: @Sendable (any Error) -> APIError?

    /// - Parameter translate: what an error of the service means for a client, as its listener is told.
    package init(
        _ cluster: PostgresCluster, codec: ConsistencyTokenCodec,
        translate: @escaping @Sendable (any Error) -> APIError?
    ) {
        self.cluster = cluster
        self.codec = codec
        self.translate = translate
    }

    /// Answers with what the body reads and writes, and adds the token of it: also to a refusal, which tells of the
    /// data as much as an answer does.
    ///
    /// - Parameter owner: whose data it is about; `nil` for the caller's own. The body must see to it that the caller may.
    /// - Throws: what the body throws; ``APIError`` 400 for a token that is not that user's, 422 for a value of
    ///   `consistency`, 400 for a write epoch that is no number, 409 `changes_lost` when a promotion lost what the client has seen.
    package func answer(
        _ request: Request, _ context: ServiceRequestContext, about owner: Int? = nil,
        _ body: (UserDatabase) async throws -> Response
    ) async throws -> Response {
        let callerID = try context.requireCaller().userID
        let userID = owner ?? callerID
        let presented = try PresentedToken(request.headers, userID: userID, callerID: callerID, codec: codec)
        let isRead = request.method == .get || request.method == .head
        let consistency = isRead ? try ReadConsistency(query: request.uri.query) : nil
        let database = UserDatabase(
            cluster, userID: userID, told: presented.minimum, isStrong: consistency == .strong,
            writeEpoch: isRead ? nil : try WriteEpoch(request.headers)?.number)
        do {
            var response = try await body(database)
            if let revision = database.revision { response.headers.append(contentsOf: presented.fields(revision)) }
            return response
        } catch is ChangesLost {
            throw APIError.changesLost.adding(presented.fields(try await database.startOver()))
        } catch {
            // A failure on our side shows nothing of the data, and its cause must reach the log.
            guard let revision = database.revision, let refusal = error as? APIError ?? translate(error),
                refusal.status < 500
            else { throw error }
            throw refusal.adding(presented.fields(revision))
        }
    }

    /// The fields of an answer to a client that cannot have seen anything yet.
    package func fields(userID: Int, revision: Revision) -> HTTPFields {
        [.consistencyToken: codec.encode(ConsistencyToken(userID: userID, revision: revision))]
    }
}

extension APIError {
    fileprivate func adding(_ fields: [HTTPField]) -> APIError {
        var error = self
        error.headers += fields.map { Header($0.name.rawName, $0.value) }
        return error
    }
}
