/// Checks that bytes are UTF-8 (RFC 3629 §4) while they come, however they are cut into pieces: the shortest form only, no
/// surrogates, nothing above U+10FFFF.
package struct UTF8Validator: Sendable {
    /// Continuation bytes that the character under way still needs.
    private var missing = 0
    /// What the next of them may be.
    private var allowed: ClosedRange<UInt8> = UTF8Validator.continuation

    private static let continuation: ClosedRange<UInt8> = 0x80...0xBF

    package init() {}

    /// Whether no character is under way.
    package var isComplete: Bool { missing == 0 }

    /// - Returns: false at the first byte that cannot belong to UTF-8.
    package mutating func append(_ bytes: some Sequence<UInt8>) -> Bool {
        for byte in bytes {
            if missing > 0 {
                guard allowed.contains(byte) else { return false }
                missing -= 1
                allowed = Self.continuation
            } else if byte >= 0x80 {
                guard begin(byte) else { return false }
            }
        }
        return true
    }

    /// The first byte of a character of more than one: tells how many follow, and bounds the second.
    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, allowed) = (2, 0xA0...0xBF)
        case 0xED: (missing, allowed) = (2, 0x80...0x9F)
        case 0xE1...0xEF: missing = 2
        case 0xF0: (missing, allowed) = (3, 0x90...0xBF)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, allowed) = (3, 0x80...0x8F)
        default: return false
        }
        return true
    }
}
