package import APIContract

/// Refuses requests that another site makes a browser send with its session cookie (CSRF).
package struct CrossSitePolicy: Sendable {
    private let origins: Set<String>

    /// - Parameter origins: the origins of our own pages, such as `https://desk.example`.
    package init(origins: [String]) { self.origins = Set(origins) }

    /// 403: a request that changes something came by cookie, and nothing proves that one of our own pages sent it.
    package static let refusal = APIError(403, .csrfRejected, "The request does not come from this site's own pages")

    /// Fetch Metadata decides where the browser sends it, otherwise the origin.
    package func allows(_ request: RequestHead, with credentials: Credentials) -> Bool {
        guard case .cookies = credentials, !request.isSafe else { return true }
        return comesFromOurPages(request)
    }

    /// A WebSocket may be opened by the pages of any site, and their scripts may read what comes (RFC 6455 §10.2): what a
    /// browser sends must come from our own pages, whatever it brings along. A program sends no origin, and no cookie.
    package func allows(handshake request: RequestHead, with credentials: Credentials) -> Bool {
        if case .cookies = credentials { return comesFromOurPages(request) }
        guard let origin = request.origin else { return true }
        return request.fetchSite == "same-origin" || origins.contains(origin)
    }

    /// Another site could sign a visitor in as somebody else: a browser's session begins on our own pages alone, whatever
    /// the request brings along.
    package func allows(signIn request: RequestHead) -> Bool { comesFromOurPages(request) }

    private func comesFromOurPages(_ request: RequestHead) -> Bool {
        if let site = request.fetchSite { return site == "same-origin" }
        return request.origin.map(origins.contains) ?? false
    }
}
