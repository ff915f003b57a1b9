package import JSON
package import NIOCore
package import Postgres

/// A page of a list: the rows' documents as PostgreSQL sent them.
package struct StrategyPage: Sendable {
    private let rows: PostgresRows
    private let limit: Int

    /// - Parameter rows: one row more than `limit` where there is a next page; their first column is the document.
    package init(rows: PostgresRows, limit: Int) {
        self.rows = rows
        self.limit = limit
    }

    package var count: Int { min(rows.count, limit) }

    /// The documents as a JSON array, copied once and not looked into.
    package func body() -> ByteBuffer {
        var size = 2 + count
        for row in 0..<count { size += rows.withBytes(row, 0) { $0.count } }
        var body = ByteBuffer()
        body.reserveCapacity(size)
        body.writeInteger(UInt8(ascii: "["))
        for row in 0..<count {
            if row > 0 { body.writeInteger(UInt8(ascii: ",")) }
            _ = rows.withBytes(row, 0) { body.writeBytes($0) }
        }
        body.writeInteger(UInt8(ascii: "]"))
        return body
    }

    /// The last document where another page follows; only then is one parsed.
    package func lastDocumentBeforeNextPage() -> JSONObject? {
        guard rows.count > limit, limit > 0 else { return nil }
        return rows.withBytes(limit - 1, 0) { try? JSONValue(parsing: $0).object }
    }
}
