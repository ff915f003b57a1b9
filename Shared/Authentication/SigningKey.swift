import Crypto
import CryptoExtras
import FoundationEssentials

/// An RSA private key that signs access tokens.
package struct SigningKey: Sendable {
    package let publicKey: RSAPublicKey
    private let key: _RSA.Signing.PrivateKey

    /// Reads PEM, PKCS #8 or PKCS #1. Throws a sentence that does not repeat the key.
    package init(pem: String) throws(SigningKeyError) {
        guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem) else {
            throw SigningKeyError(description: "it is not an RSA private key of 2048 bits or more in PEM")
        }
        try self.init(key)
    }

    private init(_ key: _RSA.Signing.PrivateKey) throws(SigningKeyError) {
        guard let primitives = try? key.publicKey.getKeyPrimitives(),
            let publicKey = RSAPublicKey(
                modulus: Base64URL.encode(primitives.modulus), exponent: Base64URL.encode(primitives.publicExponent))
        else { throw SigningKeyError(description: "its size or exponent is not accepted") }
        self.key = key
        self.publicKey = publicKey
    }

    /// A new key of 2048 bits, for tests and for a first start.
    package static func generate() throws -> SigningKey {
        try SigningKey(_RSA.Signing.PrivateKey(keySize: .bits2048))
    }

    /// The key in PEM, PKCS #8; a secret.
    package var pem: String { key.pkcs8PEMRepresentation }

    /// RS256 (RFC 7518, section 3.3).
    func signature(of message: [UInt8]) throws -> [UInt8] {
        let signature = try key.signature(for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5)
        return Array(signature.rawRepresentation)
    }
}

/// Why a signing key cannot be used, as one sentence without the key.
package struct SigningKeyError: Error, Sendable, CustomStringConvertible {
    package let description: String
}
