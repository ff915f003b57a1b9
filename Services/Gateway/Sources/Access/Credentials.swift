/// The access token that a request carries, and the way it came.
package enum Credentials: Sendable, Hashable {
    case none
    /// `Authorization: Bearer` (RFC 6750 §2.1).
    case bearer(String)
    /// A browser session's cookie; a request that changes something must prove where it comes from.
    case cookie(String)

    /// The names under which a browser session keeps its token: on https, and on loopback http.
    package static let cookieNames = ["__Host-cryptodesk_access", "cryptodesk_access"]

    package init(_ request: RequestHead) {
        if let authorization = request.authorization {
            self = Self.bearer(authorization).map(Credentials.bearer) ?? .none
        } else if let token = Self.cookie(request.cookies) {
            self = .cookie(token)
        } else {
            self = .none
        }
    }

    package var token: String? {
        switch self {
        case .none: nil
        case .bearer(let token), .cookie(let token): token
        }
    }

    /// The scheme's name compares without case (RFC 9110 §11.1).
    private static func bearer(_ authorization: String) -> String? {
        let scheme = authorization.utf8.prefix(7)
        guard scheme.elementsEqual("Bearer ".utf8) || Substring(scheme).lowercased() == "bearer " else { return nil }
        let token = authorization.utf8.dropFirst(7).drop { $0 == UInt8(ascii: " ") }
        return token.isEmpty ? nil : String(Substring(token))
    }

    /// The first cookie with one of the names, as the services choose it too.
    private static func cookie(_ cookies: [String]) -> String? {
        for header in cookies {
            for pair in header.utf8.split(separator: UInt8(ascii: ";")) {
                let pair = pair.drop { $0 == UInt8(ascii: " ") }
                for name in cookieNames where pair.starts(with: name.utf8) {
                    let rest = pair.dropFirst(name.utf8.count)
                    guard rest.first == UInt8(ascii: "="), rest.count > 1 else { continue }
                    return String(Substring(rest.dropFirst()))
                }
            }
        }
        return nil
    }
}
