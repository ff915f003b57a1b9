import CLibPQ
import Glibc

extension PostgresError {
    /// The server's error as libpq hands it over.
    init(result: OpaquePointer) {
        let message = Self.field("M", of: result) ?? Self.libraryMessage(of: result) ?? "no message"
        self.init(
            .server, message, sqlState: Self.field("C", of: result), constraint: Self.field("n", of: result))
    }

    /// The first line of what libpq itself has to say.
    private static func libraryMessage(of result: OpaquePointer) -> String? {
        PQresultErrorMessage(result).flatMap { String(cString: $0).split(separator: "\n").first.map(String.init) }
    }
}

extension PostgresError {
    /// "cached plan must not change result type": a migration has changed a table under a prepared statement. Nothing
    /// has been executed.
    var saysStatementIsOutdated: Bool { code == .server && sqlState == "0A000" }

    /// Whether a notice says that a commit no longer waits for its replica: "The transaction has already committed
    /// locally, but might not have been replicated to the standby." Told by the function that reports it, because the
    /// texts are translated and the code of one of them is that of any warning.
    static func saysReplicationWaitWasCancelled(_ notice: OpaquePointer) -> Bool {
        field("R", of: notice) == "SyncRepWaitForLSN"
    }

    /// - Parameter letter: the field's type (PostgreSQL's manual §55.8).
    static func field(_ letter: Character, of result: OpaquePointer) -> String? {
        letter.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
    }
}

extension PipelineState.Received {
    init(_ result: OpaquePointer) {
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: self = .success
        case PGRES_PIPELINE_SYNC: self = .sync
        case PGRES_PIPELINE_ABORTED: self = .aborted
        default:
            guard PostgresError.field("C", of: result) != nil else {
                // libpq made it up: no server has said anything.
                self = .cut
                return
            }
            let severity = PostgresError.field("V", of: result)
            self = severity == "FATAL" || severity == "PANIC" ? .fatal : .error
        }
    }
}

extension [String] {
    /// Lends the strings as a null-terminated array of C strings, valid only inside the closure.
    func withCStrings<R>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
        let copies = map { strdup($0) }
        defer { copies.forEach { free($0) } }
        let pointers = copies.map { UnsafePointer($0) } + [nil]
        return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
