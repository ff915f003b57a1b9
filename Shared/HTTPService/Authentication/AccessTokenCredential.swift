import Authentication
package import HTTPTypes

/// Where a request carries its access token.
package enum AccessTokenCredential {
    /// The cookies of a browser session: the first on https, the second on loopback http.
    package static let cookieNames = [true, false].map { SessionCookie.access.name(isSecure: $0) }

    /// The token of `Authorization: Bearer` (RFC 6750 §2.1), or of the session cookie where there is no such header.
    package static func find(in headers: HTTPFields) -> String? {
        if let authorization = headers[.authorization] { return bearerToken(authorization) }
        for cookie in headers[values: .cookie] {
            for pair in cookie.split(separator: ";") {
                if let token = accessToken(cookie: pair.drop { $0 == " " }) { return token }
            }
        }
        return nil
    }

    static func bearerToken(_ authorization: String) -> String? {
        let scheme = "bearer "
        guard authorization.utf8.count > scheme.utf8.count,
            authorization.utf8.prefix(scheme.utf8.count).elementsEqual(scheme.utf8, by: { $0 == $1 || $0 | 0x20 == $1 })
        else { return nil }
        let token = authorization.utf8.dropFirst(scheme.utf8.count).drop { $0 == UInt8(ascii: " ") }
        return token.isEmpty ? nil : String(Substring(token))
    }

    private static func accessToken(cookie: Substring) -> String? {
        for name in cookieNames where cookie.hasPrefix("\(name)=") {
            let value = cookie.dropFirst(name.utf8.count + 1)
            return value.isEmpty ? nil : String(value)
        }
        return nil
    }
}
