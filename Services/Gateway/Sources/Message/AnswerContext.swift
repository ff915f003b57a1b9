/// What every answer to one request carries, whoever makes it.
package struct AnswerContext: Sendable {
    package var requestID: String
    package var traceParent: String?
    /// The whitelisted origin that sent the request.
    package var allowedOrigin: String?
    /// Whether any origin is on the whitelist, so that answers differ by origin.
    package var variesByOrigin = false
    package var isSecure = false
    package var rateLimit: RateLimitDecision?
    package var closesConnection = false
    /// Values of `Set-Cookie` by which the gateway renews or ends a browser's session.
    package var cookies: [String] = []

    package init(requestID: String) { self.requestID = requestID }
}
