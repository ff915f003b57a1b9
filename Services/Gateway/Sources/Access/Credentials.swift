/// The access token that a request carries, and the way it came.
package enum Credentials: Sendable, Hashable {
    case none
    /// `Authorization: Bearer` (RFC 6750 §2.1); then cookies are not looked at.
    case bearer(String)
    /// A browser session; a request that changes something must prove where it comes from.
    case cookies(SessionCookies)

    /// - Parameter isSecure: whether the client speaks https.
    package init(_ request: RequestHead, isSecure: Bool) {
        if let authorization = request.authorization {
            self = Self.bearer(authorization).map(Credentials.bearer) ?? .none
        } else {
            self = SessionCookies(request.cookies, isSecure: isSecure).map(Credentials.cookies) ?? .none
        }
    }

    /// `nil` also for a browser session whose access token the browser has forgotten.
    package var token: String? {
        switch self {
        case .none: nil
        case .bearer(let token): token
        case .cookies(let cookies): cookies.access
        }
    }

    /// The scheme's name compares without case (RFC 9110 §11.1).
    private static func bearer(_ authorization: String) -> String? {
        var bytes = authorization.utf8[...]
        for letter in "bearer".utf8 {
            guard let byte = bytes.popFirst(), byte | 0x20 == letter else { return nil }
        }
        guard bytes.first == UInt8(ascii: " ") else { return nil }
        let token = bytes.drop { $0 == UInt8(ascii: " ") }
        return token.isEmpty ? nil : String(Substring(token))
    }
}
