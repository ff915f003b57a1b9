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

    /// In bytes.
    package var bodyLength: Int {
        documents.reduce(2 + max(0, count - 1)) { size, row in size + rows.withBytes(row, Self.column) { $0.count } }
    }

    /// Writes the documents as a JSON array, copied once and not looked into.
    package func writeBody(_ body: inout ByteBuffer) {
        body.writeInteger(UInt8(ascii: "["))
        for row in documents {
            if row > Self.first { body.writeInteger(UInt8(ascii: ",")) }
            _ = rows.withBytes(row, Self.column) { body.writeBytes($0) }
        }
        body.writeInteger(UInt8(ascii: "]"))
    }

    /// Writes the documents, each as a line of its own.
    package func writeLines(_ lines: inout ByteBuffer) {
        for row in documents {
            _ = rows.withBytes(row, Self.column) { lines.writeBytes($0) }
            lines.writeInteger(UInt8(ascii: "\n"))
        }
    }

    package func body() -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity(bodyLength)
        writeBody(&body)
        return body
    }

    /// The value of `Link`, where another page follows.
    func link(_ query: StrategyListQuery) -> String? {
        guard let last = lastDocumentBeforeNextPage(), let cursor = ListCursor(sort: query.sort, after: last) else {
            return nil
        }
        return "<\(query.target(path: StrategyRoutes.path, after: cursor))>; rel=\"next\""
    }

    private var documents: Range<Int> { Self.first..<(Self.first + count) }

    /// The last document where another page follows; only then is one parsed.
    package func lastDocumentBeforeNextPage() -> JSONObject? {
        guard rows.count > limit + Self.first, limit > 0 else { return nil }
        return rows.withBytes(limit - 1 + Self.first, Self.column) { try? JSONValue(parsing: $0).object }
    }
}
