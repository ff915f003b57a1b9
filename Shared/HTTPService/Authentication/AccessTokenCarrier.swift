package import HTTPTypes

/// The way an access token came, and so the way other things of the session go.
package enum AccessTokenCarrier: Hashable, Sendable {
    case none
    /// `Authorization`.
    case header
    /// A browser session on https: the name binds its cookie to that (RFC 6265bis §4.1.3.2).
    case hostCookie
    /// A browser session on loopback http.
    case plainCookie

    package init(_ headers: HTTPFields) {
        guard !headers.contains(.authorization) else {
            self = .header
            return
        }
        let name = CookiePairs(headers).first { AccessTokenCredential.cookieNames.contains(String($0.name)) }?.name
        self = name.map { $0 == AccessTokenCredential.cookieNames[0] ? .hostCookie : .plainCookie } ?? .none
    }
}
