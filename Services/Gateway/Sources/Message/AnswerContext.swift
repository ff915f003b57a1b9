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

    package init(requestID: String) { self.requestID = requestID }
}
