package import APIContract
import Authentication
package import Consistency
import HTTPService

/// Which part of a strategy's history a list shows: the newest version first, and on from a version.
package struct VersionListQuery: Hashable, Sendable {
    package var limit = StrategyListQuery.defaultLimit
    /// The list goes on below this version.
    package var before: Int?
    /// As the client asked for it; a next page is asked for alike.
    package var consistency: ReadConsistency?

    package init() {}

    /// - Parameter query: of the request's target, percent-encoded.
    /// - Throws: ``APIError`` 422 with an item for each parameter that is wrong or unknown, 400 for a malformed query.
    package init(parsing query: String?) throws(APIError) {
        guard query != nil else { return }
        var parameters = try QueryValidator(query)
        limit = parameters.integer("limit", in: StrategyListQuery.limits, default: StrategyListQuery.defaultLimit)
        consistency = ReadConsistency.read(&parameters)
        if let encoded = parameters.value("cursor") {
            before = Self.version(cursor: encoded)
            if before == nil { parameters.fail("cursor", "not a cursor of this list", type: "value_error.cursor") }
        }
        try parameters.finish()
    }

    /// The target of the next page, for `Link`.
    package func target(path: String, after version: Int) -> String {
        var items = ["limit=\(limit)"]
        if let consistency { items.append("\(ReadConsistency.parameter)=\(consistency.rawValue)") }
        items.append("cursor=\(Base64URL.encode((Self.prefix + String(version)).utf8))")
        return path + "?" + items.joined(separator: "&")
    }

    /// Tells these cursors from those of strategies.
    private static let prefix = "1:version:"

    private static func version(cursor: String) -> Int? {
        guard let bytes = Base64URL.decode(cursor.utf8), let text = String(validating: bytes, as: UTF8.self),
            text.hasPrefix(prefix), let version = Int(text.dropFirst(prefix.count)), version > 0,
            prefix + String(version) == text
        else { return nil }
        return version
    }
}
