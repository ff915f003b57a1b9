package import APIContract
package import Consistency
import HTTPService

/// Which strategies a list shows, and in which order.
package struct StrategyListQuery: Hashable, Sendable {
    package static let limits = 1...200
    package static let defaultLimit = 50

    /// Whose strategies an administrator asks for; `nil` for the caller's own.
    package var userID: Int?
    package var limit = Self.defaultLimit
    package var sort = StrategySort.newestFirst
    package var status: String?
    package var tag: String?
    /// Looked for in name, description and tags, without regard to case.
    package var search: String?
    package var cursor: ListCursor?
    /// As the client asked for it; a next page is asked for alike.
    package var consistency: ReadConsistency?

    package init() {}

    /// - Parameter query: of the request's target, percent-encoded.
    /// - Throws: ``APIError`` 422 with an item for each parameter that is wrong or unknown, 400 for a malformed query.
    package init(parsing query: String?) throws(APIError) {
        guard query != nil else { return }
        var parameters = try QueryValidator(query)
        let userID = parameters.integer("user_id", in: 1...Int.max, default: 0)
        self.userID = userID == 0 ? nil : userID
        limit = parameters.integer("limit", in: Self.limits, default: Self.defaultLimit)
        let sort = parameters.choice("sort", of: StrategySort.allCases.map(\.rawValue)).flatMap(StrategySort.init)
        readFilters(&parameters)
        if let encoded = parameters.value("cursor") {
            cursor = ListCursor(encoded: encoded)
            if cursor == nil { parameters.fail("cursor", "not a cursor of this list", type: "value_error.cursor") }
        }
        self.sort = sort ?? cursor?.sort ?? .newestFirst
        if let cursor, let sort, cursor.sort != sort {
            parameters.fail("cursor", "the cursor belongs to another order", type: "value_error.cursor")
        }
        try parameters.finish()
    }

    /// Everything that the filters choose, the oldest first: what is created meanwhile comes at the end. The first page is as
    /// large as a list's may be, so that most exports are of one snapshot.
    ///
    /// - Throws: as ``init(parsing:)``.
    package init(exporting query: String?) throws(APIError) {
        sort = .oldestFirst
        limit = Self.limits.upperBound
        guard query != nil else { return }
        var parameters = try QueryValidator(query)
        readFilters(&parameters)
        try parameters.finish()
    }

    private mutating func readFilters(_ parameters: inout QueryValidator) {
        status = parameters.choice("status", of: StrategyDraft.statuses)
        tag = parameters.text("tag", length: StrategyDraft.tagLength)
        search = parameters.text("q", length: 1...200)
        consistency = ReadConsistency.read(&parameters)
    }

    /// The target of the next page, for `Link`.
    package func target(path: String, after cursor: ListCursor) -> String {
        var items = ["limit=\(limit)", "sort=\(sort.rawValue)"]
        if let userID { items.insert("user_id=\(userID)", at: 0) }
        if let status { items.append("status=\(status)") }
        if let tag { items.append("tag=\(PercentEncoding.encode(tag))") }
        if let search { items.append("q=\(PercentEncoding.encode(search))") }
        if let consistency { items.append("\(ReadConsistency.parameter)=\(consistency.rawValue)") }
        items.append("cursor=\(cursor.encoded)")
        return path + "?" + items.joined(separator: "&")
    }
}
