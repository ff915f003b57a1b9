/// A strong entity tag (RFC 9110 §8.8.3) with its quotation marks.
package struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// - Parameter opaque: printable ASCII without quotation marks, such as `17-3`.
    package init(_ opaque: String) { description = "\"\(opaque)\"" }

    /// Whether `If-None-Match` holds this tag or `*`; weak comparison (RFC 9110 §13.1.2).
    package func isNamed(byIfNoneMatch field: String) -> Bool {
        Self.list(field) { $0 == "*" || $0 == description || $0.dropFirst(2) == description && $0.hasPrefix("W/") }
    }

    /// Whether `If-Match` holds this tag or `*`; strong comparison (RFC 9110 §13.1.1), so a weak tag never matches.
    package func isNamed(byIfMatch field: String) -> Bool {
        Self.list(field) { $0 == "*" || $0 == description }
    }

    /// The opaque parts of the strong tags that `If-Match` lists; `nil` when it is `*`, which matches whatever there is.
    package static func opaqueTags(inIfMatch field: String) -> [Substring]? {
        opaqueTags(in: field) { $0 }
    }

    /// The same of `If-None-Match`, whose weak tags count as well: it compares weakly.
    package static func opaqueTags(inIfNoneMatch field: String) -> [Substring]? {
        opaqueTags(in: field) { $0.hasPrefix("W/") ? $0.dropFirst(2) : $0 }
    }

    private static func opaqueTags(in field: String, strong: (Substring) -> Substring) -> [Substring]? {
        var tags: [Substring] = []
        var isAny = false
        _ = list(field) { element in
            if element == "*" { isAny = true }
            let tag = strong(element)
            if tag.count >= 2, tag.first == "\"", tag.last == "\"" { tags.append(tag.dropFirst().dropLast()) }
            return false
        }
        return isAny ? nil : tags
    }

    private static func list(_ field: String, contains matches: (Substring) -> Bool) -> Bool {
        field.split(separator: ",").contains { element in
            let start = element.drop { $0 == " " || $0 == "\t" }
            let end = start.lastIndex { $0 != " " && $0 != "\t" }
            return matches(end.map { start[...$0] } ?? "")
        }
    }
}
