import Crypto

/// A program's key: `cdk_`, 256 random bits as 43 letters and digits, and six more as a checksum, by which a key that was
/// mistyped or cut off is refused without asking anybody. We keep its hash.
package struct APIKey: Sendable, Equatable {
    /// As its owner has it.
    package let text: String

    private static let prefix = "cdk_"
    private static let secretLength = 43
    private static let checksumLength = 6
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    private static let letters = Set(alphabet)

    /// A new one, from the system's generator.
    package init() {
        var system = SystemRandomNumberGenerator()
        let secret = (0..<Self.secretLength).map { _ in
            Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &system)]
        }
        text = Self.prefix + String(decoding: secret + Self.checksum(of: secret), as: UTF8.self)
    }

    /// Nil for what is none by its form and checksum.
    package init?(_ text: String) {
        guard Self.isMeant(by: text),
            text.utf8.count == Self.prefix.utf8.count + Self.secretLength + Self.checksumLength
        else { return nil }
        let letters = Array(text.utf8.dropFirst(Self.prefix.utf8.count))
        let (secret, checksum) = (letters.prefix(Self.secretLength), letters.suffix(Self.checksumLength))
        guard secret.allSatisfy(Self.letters.contains), checksum.elementsEqual(Self.checksum(of: secret)) else {
            return nil
        }
        self.text = text
    }

    /// Whether a credential is written as a key is, so that it is no access token.
    package static func isMeant(by credential: String) -> Bool { credential.utf8.starts(with: prefix.utf8) }

    /// SHA-256, under which it is stored: of 256 random bits nobody finds them again.
    package var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// What lists show of it.
    package var shownPrefix: String { String(text.prefix(12)) }

    /// CRC-32 (ISO 3309) in base 62.
    private static func checksum(of secret: some Sequence<UInt8>) -> [UInt8] {
        var remainder = UInt32.max
        for byte in secret {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        var rest = Int(~remainder)
        var digits: [UInt8] = []
        for _ in 0..<checksumLength {
            digits.append(alphabet[rest % alphabet.count])
            rest /= alphabet.count
        }
        return digits.reversed()
    }
}

extension APIKey: CustomStringConvertible {
    /// Never the secret, in case a log asks.
    package var description: String { "APIKey(\(shownPrefix)…)" }
}
