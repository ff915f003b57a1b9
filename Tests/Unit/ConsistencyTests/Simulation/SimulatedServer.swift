import Postgres
import TestSupport

/// What a server holds of one user.
struct SimulatedUser {
    var revision = Revision.zero
    var marks: Set<HistoryEvent.Mark> = []
    /// By epoch, the revision from which the user's writes in it began.
    var bases: [Int: Int] = [:]
}

/// One change as the log carries it from the primary to its replicas.
enum LogEntry {
    case write(user: Int, mark: HistoryEvent.Mark, revision: Revision)
    case promotion(epoch: Int)
}

/// A PostgreSQL server as far as consistency goes: what it has replayed of the log, and what follows from it.
struct SimulatedServer {
    private(set) var users: [Int: SimulatedUser] = [:]
    private(set) var epoch = 1
    private(set) var log: [LogEntry] = []
    var isPaused = false
    /// When it last showed everything that the primary had, as it was last asked.
    var knownCompleteAsOf = 0

    func user(_ id: Int) -> SimulatedUser { users[id] ?? SimulatedUser() }

    mutating func replay(_ entry: LogEntry) {
        log.append(entry)
        switch entry {
        case .promotion(let epoch): self.epoch = epoch
        case .write(let id, let mark, let revision):
            var user = user(id)
            if user.revision.epoch != revision.epoch { user.bases[revision.epoch] = user.revision.number }
            user.revision = revision
            user.marks.insert(mark)
            users[id] = user
        }
    }

    /// As a standby is brought back: from what it shares with the new primary on.
    mutating func rewind(to entries: some Collection<LogEntry>) {
        let (isPaused, known) = (isPaused, knownCompleteAsOf)
        self = SimulatedServer()
        for entry in entries { replay(entry) }
        self.isPaused = isPaused
        knownCompleteAsOf = known
    }
}
