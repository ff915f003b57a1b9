import Authentication
import Crypto
import CryptoExtras
import Foundation

/// Tokens that say whatever a test wants them to say, signed as the test wants.
struct ForgedToken {
    /// One key for all tests: making one takes a moment.
    static let key = makeKey()
    static let foreignKey = makeKey()

    private static func makeKey() -> SigningKey {
        guard let key = try? SigningKey.generate() else { preconditionFailure("an RSA key can be made") }
        return key
    }

    static let issuer = "cryptodesk"
    static let audience = "cryptodesk-api"
    static let now = 1_800_000_000

    var header: [(String, String)] = [
        ("alg", "\"RS256\""), ("typ", "\"at+jwt\""), ("kid", "\"\(Self.key.publicKey.keyID)\""),
    ]
    var claims: [(String, String)] = [
        ("iss", "\"cryptodesk\""), ("aud", "\"cryptodesk-api\""), ("sub", "\"7\""), ("jti", "\"token-1\""),
        ("sid", "\"session-1\""), ("ep", "3"), ("role", "\"user\""), ("iat", "\(Self.now)"),
        ("exp", "\(Self.now + 900)"),
    ]

    static func with(header name: String, _ value: String?) -> ForgedToken {
        var token = ForgedToken()
        token.header.removeAll { $0.0 == name }
        if let value { token.header.append((name, value)) }
        return token
    }

    static func with(_ name: String, _ value: String?) -> ForgedToken {
        var token = ForgedToken()
        token.claims.removeAll { $0.0 == name }
        if let value { token.claims.append((name, value)) }
        return token
    }

    private static func json(_ members: [(String, String)]) -> String {
        "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    var signingInput: String {
        Base64URL.encode(Self.json(header).utf8) + "." + Base64URL.encode(Self.json(claims).utf8)
    }

    func signed(by key: SigningKey = Self.key) throws -> String {
        let rsa = try _RSA.Signing.PrivateKey(pemRepresentation: key.pem)
        let signature = try rsa.signature(
            for: SHA256.hash(data: Data(signingInput.utf8)), padding: .insecurePKCS1v1_5)
        return signingInput + "." + Base64URL.encode(signature.rawRepresentation)
    }

    func signedWithPSS() throws -> String {
        let rsa = try _RSA.Signing.PrivateKey(pemRepresentation: Self.key.pem)
        let signature = try rsa.signature(for: SHA256.hash(data: Data(signingInput.utf8)), padding: .PSS)
        return signingInput + "." + Base64URL.encode(signature.rawRepresentation)
    }

    func signedByHMAC(with secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(signingInput.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return signingInput + "." + Base64URL.encode(code)
    }
}
