import Authentication
import Crypto

/// A refresh token: 256 random bits that only its owner has. We keep their hash.
package struct RefreshToken: Sendable, Equatable {
    private let secret: [UInt8]

    private static let size = 32

    /// A new one.
    package init() {
        secret = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    }

    /// Nil for what is none of ours by its form.
    package init?(_ text: String) {
        guard text.utf8.count == 43, let bytes = Base64URL.decode(text.utf8), bytes.count == Self.size else {
            return nil
        }
        secret = bytes
    }

    /// As the client gets it: base64url, 43 letters.
    package var text: String { Base64URL.encode(secret) }

    /// SHA-256, under which it is stored.
    package var hash: [UInt8] { Array(SHA256.hash(data: secret)) }

    /// This token's successor, readable only for who has this token: AES-256-GCM under a key that HKDF (RFC 5869)
    /// derives from it.
    package func seal(_ successor: RefreshToken) throws -> [UInt8] {
        let box = try AES.GCM.seal(successor.secret, using: sealingKey, authenticating: hash)
        guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
        return Array(combined)
    }

    /// What ``seal(_:)`` sealed; nil when this is not the token that sealed it.
    package func open(_ sealed: [UInt8]) -> RefreshToken? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let bytes = try? AES.GCM.open(box, using: sealingKey, authenticating: hash), bytes.count == Self.size
        else { return nil }
        return RefreshToken(secret: Array(bytes))
    }

    private init(secret: [UInt8]) { self.secret = secret }

    private var sealingKey: SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret), info: Array("cryptodesk refresh token successor".utf8),
            outputByteCount: 32)
    }
}

extension RefreshToken: CustomStringConvertible {
    /// Never the secret, in case a log asks.
    package var description: String { "RefreshToken(…)" }
}
