import CLibPQ

/// The rows that a statement returned, in PostgreSQL's text form.
///
/// Rows and columns count from 0. A row or column that is not there reads as null.
// @unchecked: libpq never changes a PGresult once it is handed out, and this object alone frees it.
package final class PostgresRows: @unchecked Sendable {
    private let result: OpaquePointer
    package let count: Int
    package let columnCount: Int

    /// Takes the result over and frees it in the end.
    init(taking result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
        columnCount = Int(PQnfields(result))
    }

    deinit { PQclear(result) }

    package var isEmpty: Bool { count == 0 }

    /// How many rows an INSERT, UPDATE or DELETE touched.
    package var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// What PostgreSQL says it did, such as `COMMIT` or `INSERT 0 1`.
    var commandTag: String { String(cString: PQcmdStatus(result)) }

    package func isNull(_ row: Int, _ column: Int) -> Bool {
        guard (0..<count).contains(row), (0..<columnCount).contains(column) else { return true }
        return PQgetisnull(result, Int32(row), Int32(column)) == 1
    }

    package func text(_ row: Int, _ column: Int) -> String? {
        isNull(row, column) ? nil : withBytes(row, column) { String(decoding: $0, as: UTF8.self) }
    }

    package func integer(_ row: Int, _ column: Int) -> Int? { text(row, column).flatMap { Int($0) } }

    package func boolean(_ row: Int, _ column: Int) -> Bool? { text(row, column).map { $0 == "t" } }

    /// A `bytea` column, which PostgreSQL writes as `\x…`.
    package func bytes(_ row: Int, _ column: Int) -> [UInt8]? {
        guard let text = text(row, column), text.hasPrefix("\\x") else { return nil }
        let digits = Array(text.utf8.dropFirst(2))
        return stride(from: 0, to: digits.count - 1, by: 2).map { index in
            Self.value(digits[index]) << 4 | Self.value(digits[index + 1])
        }
    }

    /// Lends the value's text without copying it; empty for null. Valid only inside the closure.
    package func withBytes<R>(_ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        guard !isNull(row, column), let value = PQgetvalue(result, Int32(row), Int32(column)) else {
            return try body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        let length = Int(PQgetlength(result, Int32(row), Int32(column)))
        return try body(UnsafeRawBufferPointer(start: value, count: length))
    }

    private static func value(_ digit: UInt8) -> UInt8 {
        digit <= UInt8(ascii: "9") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10
    }
}
