import Authentication
import Crypto
import Foundation
import JSON

/// A token as a monolith makes it, which says and is signed as a test wants.
struct HS256Token {
    static let key = String(repeating: "monolith", count: 4)
    static let bridgeKey = String(repeating: "bridge-1", count: 4)

    var header = #"{"alg":"HS256","typ":"JWT"}"#
    var subject = "Ann@example.com"
    /// Seconds from now on.
    var lifetime = 3600

    func signed(with key: String = Self.key) -> String {
        let expiry = Int(Date().timeIntervalSince1970) + lifetime
        let claims = #"{"sub":"\#(subject)","exp":\#(expiry)}"#
        let input = Base64URL.encode(header.utf8) + "." + Base64URL.encode(claims.utf8)
        return input + "." + Self.code(input, key)
    }

    static func code(_ input: String, _ key: String) -> String {
        Base64URL.encode(
            HMAC<SHA256>.authenticationCode(for: Data(input.utf8), using: SymmetricKey(data: Data(key.utf8))))
    }

    /// The claims of a token that `key` has signed; nil for any other.
    static func claims(of token: String, key: String) -> JSONObject? {
        let parts = token.split(separator: ".").map(String.init)
        guard parts.count == 3, code(parts[0] + "." + parts[1], key) == parts[2],
            let bytes = Base64URL.decode(parts[1].utf8)
        else { return nil }
        return try? JSONValue(parsing: bytes).object
    }
}
