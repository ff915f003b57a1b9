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
        guard case .cookie = credentials, !request.isSafe else { return true }
        if let site = request.fetchSite { return site == "same-origin" }
        return request.origin.map(origins.contains) ?? false
    }
}
