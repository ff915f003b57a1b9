/// A whole bcrypt hash, spelt as computing it again spells it.
///
/// The last letter of the salt has four bits that mean nothing, that of the digest two. Some libraries, passlib before 1.5.3
/// among them, left noise in those; a comparison with what is computed would then always fail, so they are cleared.
package struct BcryptHash: Sendable, Hashable {
    package let text: String

    /// In bytes: setting and digest.
    private static let length = 60
    private static let letters = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// Reads what ``BcryptSetting`` reads, with its digest. Else nil.
    package init?(_ text: String) {
        guard text.utf8.count == Self.length, BcryptSetting(text) != nil else { return nil }
        var bytes = Array(text.utf8)
        Self.keep(0b110000, of: &bytes[28])
        Self.keep(0b111100, of: &bytes[59])
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    private static func keep(_ bits: Int, of letter: inout UInt8) {
        if let value = letters.firstIndex(of: letter) { letter = letters[value & bits] }
    }
}
