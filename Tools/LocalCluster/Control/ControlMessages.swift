/// One line of JSON that a command sends to the supervisor.
package struct ControlRequest: Codable, Hashable, Sendable {
    package enum Command: String, Codable, Sendable {
        case status, stop, kill, pause, resume, promote, restart, backup, archive
    }

    package let command: Command
    /// The process that it is about, for those that are about one.
    package let process: String?
    /// Of `backup`.
    package let backup: BackupOrder?

    package init(_ command: Command, process: String? = nil, backup: BackupOrder? = nil) {
        self.command = command
        self.process = process
        self.backup = backup
    }
}

/// One line of JSON that the supervisor says before its answer, of what it is doing.
package struct ControlProgress: Codable, Hashable, Sendable {
    package var progress: String
}

/// One line of JSON that the supervisor answers with.
package struct ControlReply: Codable, Hashable, Sendable {
    package enum State: String, Codable, Sendable {
        case starting, ready, stopping
    }

    package var state: State
    package var url: String
    package var supervisor: Int
    /// The PostgreSQL server that is the primary, and the epoch that its promotion began.
    package var primary: String?
    package var epoch: Int?
    package var processes: [ProcessStatus]
    /// The processes that `restart` has restarted.
    package var restarted: [String]?
    /// What `backup` has made.
    package var backup: BackupRecord?
    /// Why the command was not carried out.
    package var error: String?
}
