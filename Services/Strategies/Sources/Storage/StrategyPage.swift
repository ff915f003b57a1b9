package import JSON
package import NIOCore
package import Postgres

/// A page of a list: the rows' documents as PostgreSQL sent them.
package struct StrategyPage: Sendable {
    /// Of the document, behind the revision's two.
    private static let column = 2
    /// The first row with a document.
    private static let first = 1

    private let rows: PostgresRows
    private let limit: Int
    package let count: Int

    /// - Parameter rows: as ``ListShape`` returns them: the revision's row, and then the documents' in their order, one
    ///   more than `limit` where there is a next page.
    package init(rows: PostgresRows, limit: Int) {
        self.rows = rows
        self.limit = limit
        count = min(max(0, rows.count - Self.first), limit)
    }

    /// The documents as a JSON array, copied once and not looked into.
    package func body() -> ByteBuffer {
        var size = 2 + count
        for row in Self.first..<(Self.first + count) { size += rows.withBytes(row, Self.column) { $0.count } }
        var body = ByteBuffer()
        body.reserveCapacity(size)
        body.writeInteger(UInt8(ascii: "["))
        for row in Self.first..<(Self.first + count) {
            if row > Self.first { body.writeInteger(UInt8(ascii: ",")) }
            _ = rows.withBytes(row, Self.column) { body.writeBytes($0) }
        }
        body.writeInteger(UInt8(ascii: "]"))
        return body
    }

    /// The last document where another page follows; only then is one parsed.
    package func lastDocumentBeforeNextPage() -> JSONObject? {
        guard rows.count > limit + Self.first, limit > 0 else { return nil }
        return rows.withBytes(limit - 1 + Self.first, Self.column) { try? JSONValue(parsing: $0).object }
    }
}
