extension PostgresError {
    /// A replica's failure that says nothing about the statement, so that another server may answer it.
    ///
    /// By class of the code (PostgreSQL's manual, appendix A): a lost connection, a read-only server, a conflict with
    /// recovery (40001 and 40P01), too few resources, an operator's intervention; and what only a replica that has not
    /// replayed the last migration says, that a table or column is missing.
    package var mayBeAnsweredElsewhere: Bool {
        switch code {
        case .unavailable, .deadlineExceeded, .queueFull: true
        case .server: ["08", "25", "40", "42", "53", "55", "57", "58", "XX"].contains(sqlState?.prefix(2))
        case .outcomeUnknown, .behind, .revisionLost, .invalidParameter, .cancelled, .configuration,
            .protocolViolation:
            false
        }
    }

    /// A server that has turned standby refuses a write before it has done anything of it.
    package var saysServerIsReadOnly: Bool { code == .server && sqlState == "25006" }
}
