/// A statement with a name, prepared once on each connection.
///
/// Two statements of one name must have the same SQL.
package struct Statement: Hashable, Sendable {
    package let name: String
    package let sql: String

    package init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }
}

/// On whose behalf a statement runs.
///
/// Row-level security reads it from the setting `cryptodesk.user_id`, which lasts no longer than the statement.
package struct Caller: Hashable, Sendable {
    /// Nobody: tables under row-level security show no row.
    package static let none = Caller(userID: nil, writeEpoch: nil)

    let userID: Int?
    /// In which epoch of a migration its write was sent (`cryptodesk.write_epoch`).
    let writeEpoch: Int?

    private init(userID: Int?, writeEpoch: Int?) {
        self.userID = userID
        self.writeEpoch = writeEpoch
    }

    package init(userID: Int, writeEpoch: Int? = nil) { self.init(userID: .some(userID), writeEpoch: writeEpoch) }
}

/// A parameter of a statement. PostgreSQL gets it as text, and casts it where the SQL says so.
package enum PostgresValue: Hashable, Sendable {
    case null
    case text(String)
    case integer(Int)
    case boolean(Bool)
    /// For `bytea`.
    case bytes([UInt8])
}

extension PostgresValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(nilLiteral: ()) { self = .null }

    package static func optional(_ text: String?) -> PostgresValue { text.map { .text($0) } ?? .null }
    package static func optional(_ integer: Int?) -> PostgresValue { integer.map { .integer($0) } ?? .null }
}
