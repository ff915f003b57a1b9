package import JSON
package import NIOCore
package import Postgres

/// A page of a list: the rows' documents as PostgreSQL sent them.
package struct StrategyPage: Sendable {
    /// Of the document, behind the revision's two.
    private static let column = 2

    private let rows: PostgresRows
    private let limit: Int
    package let count: Int

    /// - Parameter rows: as ``ListShape`` returns them: one more than `limit` where there is a next page, and one
    ///   without a document where there is nothing.
    package init(rows: PostgresRows, limit: Int) {
        self.rows = rows
        self.limit = limit
        count = rows.isNull(0, Self.column) ? 0 : min(rows.count, limit)
    }

    /// The documents as a JSON array, copied once and not looked into.
    package func body() -> ByteBuffer {
        var size = 2 + count
        for row in 0..<count { size += rows.withBytes(row, Self.column) { $0.count } }
        var body = ByteBuffer()
        body.reserveCapacity(size)
        body.writeInteger(UInt8(ascii: "["))
        for row in 0..<count {
            if row > 0 { body.writeInteger(UInt8(ascii: ",")) }
            _ = rows.withBytes(row, Self.column) { body.writeBytes($0) }
        }
        body.writeInteger(UInt8(ascii: "]"))
        return body
    }

    /// The last document where another page follows; only then is one parsed.
    package func lastDocumentBeforeNextPage() -> JSONObject? {
        guard rows.count > limit, limit > 0 else { return nil }
        return rows.withBytes(limit - 1, Self.column) { try? JSONValue(parsing: $0).object }
    }
}
