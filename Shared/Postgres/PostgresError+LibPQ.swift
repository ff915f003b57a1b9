import CLibPQ
import Glibc

extension PostgresError {
    /// The server's error as libpq hands it over.
    init(result: OpaquePointer) {
        func field(_ letter: Character) -> String? {
            letter.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
        }
        self.init(.server, field("M") ?? "no message", sqlState: field("C"), constraint: field("n"))
    }
}

extension PostgresError {
    /// The server is shutting down, has crashed, or is not up yet (class 57P of PostgreSQL's error codes).
    var saysServerGoesAway: Bool { ["57P01", "57P02", "57P03"].contains(sqlState) }
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
