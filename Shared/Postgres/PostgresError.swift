/// Why a statement has no result.
package struct PostgresError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// No connection; the statement was not executed.
        case unavailable
        /// Its time ran out. A read is harmless to ask again; a write that timed out before it was sent as well.
        case deadlineExceeded
        /// Too many statements wait already; the statement was not executed.
        case queueFull
        /// A write was sent, and what became of it is not known: it may or may not have been committed.
        case outcomeUnknown
        /// No server that may be asked has caught up with what the reader has seen; a later try may find one.
        case behind
        /// The primary itself lacks what the reader has seen: a promotion has lost it.
        case revisionLost
        /// PostgreSQL refused it; see ``PostgresError/sqlState``.
        case server
        /// A parameter that PostgreSQL cannot take (a NUL character).
        case invalidParameter
        case cancelled
        case configuration
        case protocolViolation
    }

    package let code: Code
    /// Five characters (PostgreSQL's manual, appendix A), where the server answered.
    package let sqlState: String?
    /// The constraint that a row would break, where there is one.
    package let constraint: String?
    /// For the log only: it may hold names of tables and values of rows.
    package let message: String

    package init(_ code: Code, _ message: String, sqlState: String? = nil, constraint: String? = nil) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.constraint = constraint
    }

    package var description: String {
        let state = sqlState.map { " (SQLSTATE \($0))" } ?? ""
        return "PostgreSQL \(code)\(state): \(message)"
    }
}
