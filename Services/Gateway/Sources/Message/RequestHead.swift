package import APIContract
package import NIOHTTP1

/// A request head that passed ``RequestHeadPolicy``, with what the gateway has to know of it read once.
package struct RequestHead: Sendable {
    package let method: HTTPMethod
    package let version: HTTPVersion
    package internal(set) var target: RequestTarget
    /// Every field as it came.
    package let fields: HTTPHeaders
    /// Of the `Host` field, or the target's authority; empty for HTTP/1.0 without one.
    package internal(set) var host = ""
    package internal(set) var framing = BodyFraming.none
    /// Whether the client waits for `100 Continue` before it sends the body.
    package internal(set) var expectsContinue = false
    /// Whether the client wants to send another request on this connection.
    package internal(set) var keepsAlive: Bool
    /// In lower case: fields that `Connection` names, which end here with it (RFC 9110 §7.6.1).
    package internal(set) var connectionFields: [String] = []

    package internal(set) var authorization: String?
    package internal(set) var cookies: [String] = []
    package internal(set) var origin: String?
    package internal(set) var fetchSite: String?
    package internal(set) var requestID: String?
    /// Of a well-formed `traceparent`.
    package internal(set) var trace: TraceContext?
    package internal(set) var forwardedFor: [String] = []
    package internal(set) var forwardedProto: String?
    package internal(set) var forwardedHost: String?
    package internal(set) var forwarded: [String] = []
    /// `Access-Control-Request-Method`, which makes an `OPTIONS` with an origin a CORS preflight.
    package internal(set) var preflightMethod: String?

    init(_ head: HTTPRequestHead, target: RequestTarget) {
        method = head.method
        version = head.version
        self.target = target
        fields = head.headers
        keepsAlive = head.version == .http1_1
    }

    /// Whether repeating the request changes nothing more than doing it once (RFC 9110 §9.2.2).
    package var isIdempotent: Bool {
        switch method {
        case .GET, .HEAD, .OPTIONS, .TRACE, .PUT, .DELETE: true
        default: false
        }
    }

    /// Whether the request only reads (RFC 9110 §9.2.1).
    package var isSafe: Bool {
        switch method {
        case .GET, .HEAD, .OPTIONS, .TRACE: true
        default: false
        }
    }
}
