import CLibPQ
import Dispatch

/// One connection for administration: scripts of several statements, one after the other.
///
/// For migrations, set-up and tests; services use ``PostgresClient``.
// @unchecked: the handle is used on the serial queue alone.
package final class PostgresSession: @unchecked Sendable {
    private let queue = DispatchQueue(label: "cryptodesk.postgres.session")
    private let handle: OpaquePointer

    /// Connects, waiting at most five seconds.
    ///
    /// - Throws: ``PostgresError`` with code `unavailable` when the server cannot be reached or refuses the role.
    package static func connect(url: String, password: String? = nil) async throws -> PostgresSession {
        let configuration = try PostgresConfiguration(
            url: url, password: password, statementTimeout: .zero, applicationName: "cryptodesk-admin")
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "cryptodesk.postgres.connect").async {
                continuation.resume(with: Result { try PostgresSession(configuration) })
            }
        }
    }

    private init(_ configuration: PostgresConfiguration) throws(PostgresError) {
        var keywords = configuration.keywords
        keywords["connect_timeout"] = "5"
        let pairs = keywords.sorted { $0.key < $1.key }
        let connection = pairs.map(\.key).withCStrings { names in
            pairs.map(\.value).withCStrings { values in PQconnectdbParams(names, values, 0) }
        }
        guard let connection else { throw PostgresError(.unavailable, "no memory for a connection") }
        handle = connection
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        guard PQstatus(connection) == CONNECTION_OK else {
            throw PostgresError(.unavailable, String(cString: PQerrorMessage(connection)))
        }
    }

    deinit { PQfinish(handle) }

    /// Executes a script; the rows are those of its last statement.
    ///
    /// Several statements without a `BEGIN` of their own are one transaction.
    @discardableResult
    package func execute(_ script: String) async throws -> PostgresRows {
        try await onQueue { handle in PQexec(handle, script) }
    }

    /// Executes one statement with parameters.
    @discardableResult
    package func execute(_ sql: String, _ parameters: [PostgresValue]) async throws -> PostgresRows {
        let encoded = try EncodedParameters(parameters)
        return try await onQueue { handle in
            encoded.withPointers { count, values in PQexecParams(handle, sql, count, nil, values, nil, nil, 0) }
        }
    }

    private func onQueue(_ body: @escaping @Sendable (OpaquePointer) -> OpaquePointer?) async throws -> PostgresRows {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                guard let result = body(handle) else {
                    continuation.resume(throwing: PostgresError(.unavailable, String(cString: PQerrorMessage(handle))))
                    return
                }
                let rows = PostgresRows(taking: result)
                switch PQresultStatus(result) {
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: continuation.resume(returning: rows)
                default: continuation.resume(throwing: PostgresError(result: result))
                }
            }
        }
    }
}
