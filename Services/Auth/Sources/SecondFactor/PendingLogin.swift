import Authentication
import Crypto

/// A login whose password was right, and that waits for a code. Its token is given to the client and kept by nobody: it
/// is sealed, good for a few minutes, and for as long as the account has that password.
package struct PendingLogin: Sendable, Equatable {
    package let userID: Int
    /// SHA-256 of the hash that the password was found right against.
    private let fingerprint: [UInt8]
    /// In seconds since 1970.
    private let expiresAt: Int

    /// In seconds.
    package static let lifetime = 300

    /// - Parameter now: seconds since 1970.
    package init(userID: Int, passwordHash: String, now: Int) {
        self.userID = userID
        fingerprint = Self.fingerprint(of: passwordHash)
        expiresAt = now + Self.lifetime
    }

    /// Reads a token; nil for one that has expired or that is none of ours.
    ///
    /// - Parameter now: seconds since 1970.
    package init?(token: String, keys: SecondFactorKeys, now: Int) {
        guard let sealed = Base64URL.decode(token.utf8), let bytes = keys.open(sealed, for: .pendingLogin),
            bytes.count == 16 + SHA256.byteCount
        else { return nil }
        userID = Self.integer(bytes[0..<8])
        expiresAt = Self.integer(bytes[8..<16])
        fingerprint = Array(bytes[16...])
        guard now < expiresAt else { return nil }
    }

    package func token(keys: SecondFactorKeys) throws -> String {
        let bytes = Self.bytes(userID) + Self.bytes(expiresAt) + fingerprint
        return Base64URL.encode(try keys.seal(bytes, for: .pendingLogin))
    }

    /// Whether the account still has the password that was shown.
    package func isOf(passwordHash: String) -> Bool { fingerprint == Self.fingerprint(of: passwordHash) }

    private static func fingerprint(of passwordHash: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(passwordHash.utf8)))
    }

    private static func bytes(_ number: Int) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int {
        Int(truncatingIfNeeded: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
