package import APIContract
import Authentication
package import HTTPService
import HTTPTypes
package import Hummingbird

/// The session cookies of the browser that sent a request.
package struct BrowserCookies: Sendable {
    private let isSecure: Bool

    /// For a browser that signs in.
    ///
    /// - Throws: ``APIError/httpsRequired`` for http over a network.
    package init(
        _ request: Request, _ context: ServiceRequestContext, trusting proxies: TrustedProxies
    ) throws(APIError) {
        let origin = context.clientOrigin(of: request, trusting: proxies)
        guard origin.isSecure || Self.isLoopback(origin.authority) else { throw APIError.httpsRequired }
        isSecure = origin.isSecure
    }

    private init(isSecure: Bool) { self.isSecure = isSecure }

    /// For a caller by cookie; nil for any other.
    init?(carrying request: Request) {
        switch AccessTokenCarrier(request.headers) {
        case .hostCookie: isSecure = true
        case .plainCookie: isSecure = false
        case .header, .none: return nil
        }
    }

    /// The refresh token that comes by cookie, which it does in a request without a body.
    static func refreshToken(
        of request: Request, _ context: ServiceRequestContext, trusting proxies: TrustedProxies
    ) -> (BrowserCookies, token: String)? {
        guard !request.headers.contains(.authorization), !request.headers.contains(.contentType),
            !request.headers[values: .cookie].isEmpty
        else { return nil }
        let cookies = BrowserCookies(isSecure: context.clientOrigin(of: request, trusting: proxies).isSecure)
        let name = SessionCookie.refresh.name(isSecure: cookies.isSecure)
        let token = CookiePairs(request.headers).first { $0.name == name }?.value
        return token.map { (cookies, String($0)) }
    }

    /// `Set-Cookie` for a session's tokens.
    ///
    /// - Parameter refreshLifetime: in seconds.
    func headers(_ tokens: TokenPair, _ refreshLifetime: Int) -> [APIError.Header] {
        let fields = [
            SessionCookie.access.field(tokens.accessToken, isSecure: isSecure, maxAge: tokens.lifetime),
            SessionCookie.refresh.field(tokens.refreshToken.text, isSecure: isSecure, maxAge: refreshLifetime),
        ]
        return fields.map { APIError.Header("Set-Cookie", $0) }
    }

    /// `Set-Cookie` for a session that has ended.
    var clearing: [APIError.Header] {
        SessionCookie.cleared(isSecure: isSecure).map { APIError.Header("Set-Cookie", $0) }
    }

    /// Whether what is sent there stays on the machine: `localhost`, 127.0.0.0/8 and ::1 (RFC 6761 §6.3, RFC 1122 §3.2.1.3).
    package static func isLoopback(_ authority: String) -> Bool {
        let host: Substring
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = authority[..<end].dropFirst()
        } else {
            host = authority.prefix { $0 != ":" }
        }
        let name = host.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        guard let address = IPAddress(name) else { return false }
        return address.isIPv6 ? address.bytes == [UInt8](repeating: 0, count: 15) + [1] : address.bytes[0] == 127
    }
}
