import HTTPService
import HTTPTypes
import Hummingbird
import NIOCore

/// A user's strategies as NDJSON, a page after another: the next one is read once the client has taken the last.
struct StrategyExport: Sendable {
    private let repository: StrategyRepository
    /// Of the page that comes next; `nil` after the last.
    private var query: StrategyListQuery?

    /// About so many bytes a page.
    private static let pageBytes = 256 * 1024
    private static let limits = 10...1000

    init(_ repository: StrategyRepository, _ query: StrategyListQuery) {
        self.repository = repository
        self.query = query
    }

    /// Reads the first page, so that what fails then is told by a status; the others follow while the body is written.
    ///
    /// - Parameter onFailure: told why a body ends without its end, which tells the client that it is not the whole.
    func response(onFailure: @escaping @Sendable (any Error) -> Void) async throws -> Response {
        var export = self
        let first = try await export.next()
        let body = ResponseBody { [export] writer in
            var (export, lines) = (export, first)
            do {
                while let page = lines {
                    try await writer.write(page)
                    lines = try await export.next()
                }
                try await writer.finish(nil)
            } catch {
                onFailure(error)
                throw error
            }
        }
        return Response(status: .ok, headers: [.contentType: JSONMediaType.ndjson.rawValue], body: body)
    }

    /// The lines of the next page; `nil` after the last.
    private mutating func next() async throws -> ByteBuffer? {
        guard var query else { return nil }
        let page = try await repository.list(query)
        var lines = ByteBuffer()
        page.writeLines(&lines)
        if let last = page.lastDocumentBeforeNextPage(), let cursor = ListCursor(sort: query.sort, after: last) {
            query.cursor = cursor
            query.limit = Self.limit(query.limit, bytes: lines.readableBytes)
            self.query = query
        } else {
            self.query = nil
        }
        return lines
    }

    /// How many rows come next, when so many took so many bytes.
    private static func limit(_ count: Int, bytes: Int) -> Int {
        min(max(count * pageBytes / max(1, bytes), limits.lowerBound), limits.upperBound)
    }
}
