package import Authentication

/// The cookies of a browser session that a request carries, by the names that fit the way it came: a cookie that anybody on
/// the way could have planted counts for nothing on https.
package struct SessionCookies: Sendable, Hashable {
    /// The access token; a browser forgets its cookie when it expires.
    package var access: String?
    package let refresh: String?
    package let isSecure: Bool

    package init(access: String?, refresh: String? = nil, isSecure: Bool = false) {
        self.access = access
        self.refresh = refresh
        self.isSecure = isSecure
    }

    /// - Parameters:
    ///   - fields: the values of `Cookie`.
    ///   - isSecure: whether the client speaks https.
    /// - Returns: `nil` when there is none of them.
    package init?(_ fields: [String], isSecure: Bool) {
        guard !fields.isEmpty else { return nil }
        var (access, refresh) = (String?.none, String?.none)
        for field in fields {
            for pair in field.utf8.split(separator: UInt8(ascii: ";")) {
                if access == nil { access = Self.value(of: .access, isSecure, in: pair) }
                if refresh == nil { refresh = Self.value(of: .refresh, isSecure, in: pair) }
            }
        }
        guard access != nil || refresh != nil else { return nil }
        self.init(access: access, refresh: refresh, isSecure: isSecure)
    }

    /// The `Cookie` field that goes upstream: what is not ours passes, of the session only what is named here.
    ///
    /// - Returns: `nil` when nothing is left.
    package static func upstream(
        _ fields: [String], with kept: [(cookie: SessionCookie, value: String)], isSecure: Bool
    ) -> String? {
        guard !fields.isEmpty else { return nil }
        var pairs: [String] = []
        for field in fields {
            for pair in field.utf8.split(separator: UInt8(ascii: ";")) {
                let pair = pair.drop { $0 == UInt8(ascii: " ") }
                if !pair.isEmpty, !isOurs(pair) { pairs.append(String(Substring(pair))) }
            }
        }
        pairs += kept.map { "\($0.cookie.name(isSecure: isSecure))=\($0.value)" }
        return pairs.isEmpty ? nil : pairs.joined(separator: "; ")
    }

    private static let names: [[[UInt8]]] = [false, true].map { isSecure in
        SessionCookie.allCases.map { Array("\($0.name(isSecure: isSecure))=".utf8) }
    }

    private static func isOurs(_ pair: Substring.UTF8View) -> Bool {
        names.contains { $0.contains { pair.starts(with: $0) } }
    }

    /// The first with the name counts, as everywhere.
    private static func value(of cookie: SessionCookie, _ isSecure: Bool, in pair: Substring.UTF8View) -> String? {
        let pair = pair.drop { $0 == UInt8(ascii: " ") }
        let name = names[isSecure ? 1 : 0][cookie == .access ? 0 : 1]
        guard pair.starts(with: name), pair.count > name.count else { return nil }
        return String(Substring(pair.dropFirst(name.count)))
    }
}
