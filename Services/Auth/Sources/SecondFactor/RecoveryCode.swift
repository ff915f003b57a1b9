import Crypto

/// What stands in for an authenticator that is lost, once: 80 random bits, so many that nobody guesses it and that its
/// hash needs no salt. We keep the hash.
package struct RecoveryCode: Sendable, Hashable {
    private let bytes: [UInt8]

    private static let size = 10
    /// How many an account gets.
    package static let count = 10

    /// A new one.
    package init() {
        bytes = SymmetricKey(size: SymmetricKeySize(bitCount: 8 * Self.size)).withUnsafeBytes { Array($0) }
    }

    /// Reads one as it is typed, in letters of either case; nil for what is none of ours by its form.
    package init?(_ text: String) {
        let letters = text.utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: " ") }
        guard let bytes = Base32.decode(letters), bytes.count == Self.size else { return nil }
        self.bytes = bytes
    }

    /// As its owner gets it: four groups of four letters.
    package var text: String {
        let letters = Array(Base32.encode(bytes))
        return stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<($0 + 4)]) }.joined(separator: "-")
    }

    /// SHA-256, under which it is stored.
    package var hash: [UInt8] { Array(SHA256.hash(data: bytes)) }
}

extension RecoveryCode: CustomStringConvertible {
    /// Never the code, in case a log asks.
    package var description: String { "RecoveryCode(…)" }
}
