/// What precedes the digest in a bcrypt hash: version, cost and salt.
package struct BcryptSetting: Sendable, Equatable {
    /// The base-2 logarithm of the number of rounds.
    package let cost: Int

    /// bcrypt knows none below.
    package static let minimumCost = 4
    /// More than this is never computed, whoever wrote the hash: at 15 one takes two seconds.
    package static let maximumCost = 15

    /// Reads `$2a$`, `$2b$` or `$2y$`, a cost of 4 to 15, and 22 letters of salt; a digest may follow. Else nil.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 29 || bytes.count == 60,
            text.hasPrefix("$2a$") || text.hasPrefix("$2b$") || text.hasPrefix("$2y$"),
            bytes[6] == UInt8(ascii: "$"), let cost = Int(text.dropFirst(4).prefix(2)),
            (Self.minimumCost...Self.maximumCost).contains(cost), bytes[7...].allSatisfy(Self.isLetter)
        else { return nil }
        self.cost = cost
    }

    /// A hash that no password is known to have, for accounts that are not there.
    package static func decoy(cost: Int) -> String {
        "$2b$" + (cost < 10 ? "0" : "") + String(cost) + "$" + String(repeating: ".", count: 53)
    }

    /// bcrypt's own base64 letters.
    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
