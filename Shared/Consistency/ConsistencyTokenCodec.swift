import Authentication
package import Crypto
import Postgres

/// Writes and reads the text of a ``ConsistencyToken``: base64url of a version, three numbers and a code that only the
/// holder of the key can make (HMAC-SHA256 cut to its first 16 bytes, RFC 2104 §5). About 30 characters.
package struct ConsistencyTokenCodec: Sendable {
    /// A text that was read, and what to make of it.
    package struct Decoded: Hashable, Sendable {
        package let token: ConsistencyToken
        /// `false` when the key that made it is on its way out, so that the text should be written anew.
        package let isOfCurrentKey: Bool
    }

    private static let version: UInt8 = 1
    private static let codeLength = 16
    /// Longer than any text that ``encode(_:)`` writes.
    private static let longestText = 72

    private let key: SymmetricKey
    private let previousKey: SymmetricKey?

    /// - Parameter previousKey: still believed, while tokens that it made are about.
    package init(key: SymmetricKey, previousKey: SymmetricKey? = nil) {
        self.key = key
        self.previousKey = previousKey
    }

    package func encode(_ token: ConsistencyToken) -> String {
        var bytes = [Self.version]
        for number in [token.revision.epoch, token.userID, token.revision.number] {
            Self.append(UInt64(clamping: number), to: &bytes)
        }
        return Base64URL.encode(bytes + Self.code(of: bytes, key))
    }

    /// - Returns: `nil` for whatever ``encode(_:)`` has not written under one of the keys.
    package func decode(_ text: String) -> Decoded? {
        guard text.utf8.count <= Self.longestText, let bytes = Base64URL.decode(text.utf8),
            bytes.count > Self.codeLength
        else { return nil }
        let content = Array(bytes.dropLast(Self.codeLength))
        let code = bytes.suffix(Self.codeLength)
        let isOfCurrentKey = Self.isEqual(Self.code(of: content, key), code)
        guard isOfCurrentKey || previousKey.map({ Self.isEqual(Self.code(of: content, $0), code) }) ?? false else {
            return nil
        }
        var rest = content[...]
        guard rest.popFirst() == Self.version, let epoch = Self.number(&rest), let userID = Self.number(&rest),
            let number = Self.number(&rest), rest.isEmpty
        else { return nil }
        let revision = Revision(epoch: epoch, number: number)
        return Decoded(token: ConsistencyToken(userID: userID, revision: revision), isOfCurrentKey: isOfCurrentKey)
    }

    private static func code(of bytes: [UInt8], _ key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(codeLength))
    }

    /// Takes as long for a difference in the first byte as in the last one.
    private static func isEqual(_ left: [UInt8], _ right: ArraySlice<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }

    // MARK: Numbers as LEB128: seven bits a byte, the lowest first

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func number(_ bytes: inout ArraySlice<UInt8>) -> Int? {
        var value: UInt64 = 0
        for shift in stride(from: 0 as UInt64, to: 63, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int(exactly: value) }
        }
        return nil
    }
}
