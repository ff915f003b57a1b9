import Authentication
import Testing

@Suite("base64url")
struct Base64URLTests {
    /// RFC 4648, section 10, without padding.
    @Test(
        "the examples of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func examples(plain: String, encoded: String) {
        #expect(Base64URL.encode(plain.utf8) == encoded)
        #expect(Base64URL.decode(encoded.utf8) == Array(plain.utf8))
    }

    @Test("what was encoded decodes to itself")
    func roundTrip() {
        for length in 0..<300 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255) }
            #expect(Base64URL.decode(Base64URL.encode(bytes).utf8) == bytes)
        }
    }

    @Test(
        "padding, other letters, impossible lengths and bits past the end are refused",
        arguments: ["Zg==", "Zg=", "Zh", "Zm9", "A", "AAAAA", "Zm+v", "Zm/v", "Zm9v\n", " Zm9v", "Zm.9", "Zmü"])
    func strictness(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }
}
