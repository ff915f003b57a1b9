import Crypto

/// What an authenticator app and we share: the key of time-based one-time passwords (RFC 6238) with SHA-1, of six digits,
/// for steps of 30 s.
package struct TOTPSecret: Sendable, Equatable {
    package let bytes: [UInt8]

    /// As RFC 4226, section 4, recommends it: 160 bits.
    package static let size = 20
    /// In seconds.
    package static let step = 30

    /// A new one.
    package init() {
        bytes = SymmetricKey(size: SymmetricKeySize(bitCount: 8 * Self.size)).withUnsafeBytes { Array($0) }
    }

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// As it is typed into an app that has no camera: base32.
    package var text: String { Base32.encode(bytes) }

    /// The number of the step that a time is in.
    ///
    /// - Parameter time: seconds since 1970.
    package static func step(at time: Int) -> Int { time / step }

    /// The code of a step (RFC 4226, section 5.3).
    ///
    /// - Parameter digits: 6 to 8.
    package func code(step: Int, digits: Int = 6) -> String {
        let counter = withUnsafeBytes(of: UInt64(step).bigEndian) { Array($0) }
        let hash = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: bytes)))
        let offset = Int(hash[hash.count - 1] & 15)
        let number = hash[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
        let modulus = (0..<digits).reduce(1) { product, _ in product * 10 }
        let text = String(number % modulus)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// The step whose code this is, of those around a time: the clock of who typed it may be one step off, and typing
    /// takes its time (RFC 6238, section 5.2). The latest one, should several have the same code.
    ///
    /// - Parameter time: seconds since 1970.
    package func step(of code: String, at time: Int) -> Int? {
        let now = Self.step(at: time)
        // All are compared, and each in whole.
        let matching = [now + 1, now, now - 1].filter { isEqual(self.code(step: $0), code) }
        return matching.first
    }

    private func isEqual(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension TOTPSecret: CustomStringConvertible {
    /// Never the secret, in case a log asks.
    package var description: String { "TOTPSecret(…)" }
}
