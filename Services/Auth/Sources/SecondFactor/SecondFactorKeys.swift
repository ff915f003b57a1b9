package import Crypto

/// The keys under which Auth keeps what it must be able to read again: secrets of second factors, and the tokens of
/// logins that wait for one. AES-256-GCM under keys that HKDF (RFC 5869) derives, one for each purpose.
package struct SecondFactorKeys: Sendable {
    package enum Purpose: String, Sendable {
        case secret = "cryptodesk totp secret"
        case pendingLogin = "cryptodesk mfa token"
    }

    private let key: SymmetricKey
    private let previousKey: SymmetricKey?

    /// - Parameter previousKey: the one before, while it is being replaced: it only opens.
    package init(key: SymmetricKey, previousKey: SymmetricKey? = nil) {
        self.key = key
        self.previousKey = previousKey
    }

    /// - Parameters: as settings have them; an empty one is none.
    package init(key: String, previousKey: String) {
        self.init(
            key: SymmetricKey(data: Array(key.utf8)),
            previousKey: previousKey.isEmpty ? nil : SymmetricKey(data: Array(previousKey.utf8)))
    }

    /// - Parameter context: what it belongs to; under any other it cannot be opened.
    package func seal(_ bytes: [UInt8], for purpose: Purpose, context: String = "") throws -> [UInt8] {
        let box = try AES.GCM.seal(
            bytes, using: Self.derive(key, purpose), authenticating: Array(context.utf8))
        guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
        return Array(combined)
    }

    /// What ``seal(_:for:context:)`` sealed; nil when it was sealed for something else, under another key, or is changed.
    package func open(_ sealed: [UInt8], for purpose: Purpose, context: String = "") -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
        for key in [key, previousKey].compactMap(\.self) {
            let opened = try? AES.GCM.open(
                box, using: Self.derive(key, purpose), authenticating: Array(context.utf8))
            if let opened { return Array(opened) }
        }
        return nil
    }

    private static func derive(_ key: SymmetricKey, _ purpose: Purpose) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array(purpose.rawValue.utf8), outputByteCount: 32)
    }
}
