import Crypto
import CryptoExtras
import FoundationEssentials

/// The public half of a signing key, named by its RFC 7638 thumbprint.
package struct RSAPublicKey: Sendable {
    /// `kid`.
    package let keyID: String
    private let modulus: String
    private let exponent: String
    private let key: _RSA.Signing.PublicKey

    /// - Parameters: `modulus` and `exponent` big-endian and without leading zeros, in base64url (RFC 7518, section 6.3.1).
    /// - Returns: nil when they are no RSA key of 2048 to 8192 bits.
    init?(modulus: String, exponent: String) {
        guard let n = Base64URL.decode(modulus.utf8), let e = Base64URL.decode(exponent.utf8),
            let high = n.first, high != 0, let last = e.last, last & 1 == 1, e.first != 0, e != [1], e.count <= 8,
            (256...1024).contains(n.count), n.count > 256 || high & 0x80 != 0,
            let key = try? _RSA.Signing.PublicKey(n: n, e: e)
        else { return nil }
        self.modulus = modulus
        self.exponent = exponent
        self.key = key
        self.keyID = Self.thumbprint(modulus: modulus, exponent: exponent)
    }

    /// Whether `signature` is RS256 (RFC 7518, section 3.3) over `message` by this key.
    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
        return key.isValidSignature(signature, for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5)
    }

    /// The key as a JSON Web Key (RFC 7517).
    package var jsonWebKey: String {
        "{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"\(keyID)\","
            + "\"n\":\"\(modulus)\",\"e\":\"\(exponent)\"}"
    }

    /// SHA-256 over the required members in lexicographic order (RFC 7638, section 3).
    private static func thumbprint(modulus: String, exponent: String) -> String {
        let members = "{\"e\":\"\(exponent)\",\"kty\":\"RSA\",\"n\":\"\(modulus)\"}"
        return Base64URL.encode(SHA256.hash(data: Array(members.utf8)))
    }
}
