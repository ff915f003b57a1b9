import Authentication
package import JSON

/// Where a page of a list ended: the sort key and the id of its last row.
///
/// A page goes on after a *value*, not after a count of rows, so rows that are inserted or deleted meanwhile are neither
/// skipped nor shown twice. For clients it is opaque: base64url of a form that may change with its version.
package struct ListCursor: Hashable, Sendable {
    package let sort: StrategySort
    /// The last row's value of the sort's column, as the API writes it.
    package let key: String
    package let id: Int

    /// - Returns: `nil` for a key that the sort's column cannot hold.
    package init?(sort: StrategySort, key: String, id: Int) {
        guard id > 0, sort.sortsByTime ? Timestamp(key) != nil : Self.isName(key) else { return nil }
        self.sort = sort
        self.key = key
        self.id = id
    }

    /// The cursor after a row.
    ///
    /// - Parameter document: the row as the API shows it.
    package init?(sort: StrategySort, after document: JSONObject) {
        guard let key = document[sort.column]?.string, let id = document["id"]?.integer else { return nil }
        self.init(sort: sort, key: key, id: id)
    }

    private static let version = "1"

    package var encoded: String { Base64URL.encode("\(Self.version):\(sort.index):\(id):\(key)".utf8) }

    /// - Returns: `nil` for anything that ``encoded`` does not write.
    package init?(encoded: String) {
        guard let bytes = Base64URL.decode(encoded.utf8), let text = String(validating: bytes, as: UTF8.self) else {
            return nil
        }
        let parts = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == Self.version,
            let sort = StrategySort.allCases.first(where: { String($0.index) == parts[1] }),
            let id = Int(parts[2]), String(id) == parts[2]
        else { return nil }
        self.init(sort: sort, key: String(parts[3]), id: id)
    }

    private static func isName(_ text: String) -> Bool {
        StrategyDraft.nameLength.contains(text.unicodeScalars.count) && !text.utf8.contains(0)
    }
}
