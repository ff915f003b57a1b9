import Auth
import Testing

@Suite("Time-based one-time passwords")
struct TOTPSecretTests {
    /// The key of RFC 6238's and RFC 4226's vectors.
    private static let secret = TOTPSecret(bytes: Array("12345678901234567890".utf8))

    @Test(
        "the vectors of RFC 6238, appendix B",
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ])
    func vectors(time: Int, code: String) {
        #expect(Self.secret.code(step: TOTPSecret.step(at: time), digits: 8) == code)
    }

    @Test("the vectors of RFC 4226, appendix D")
    func counters() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
        ]
        #expect((0..<10).map { Self.secret.code(step: $0) } == codes)
    }

    @Test("a code is good in its step and in the one before and after, and in no other")
    func drift() {
        let code = Self.secret.code(step: 100)
        let accepted = (2900..<3200).filter { Self.secret.step(of: code, at: $0) == 100 }
        #expect(accepted == Array(2970..<3060))
        for wrong in ["", "000000", "75522", code + "0", " " + code, "٠٠٠٠٠٠"] {
            #expect(Self.secret.step(of: wrong, at: 3000) == nil, "\(wrong)")
        }
    }

    @Test("a secret is 160 random bits, written in base32, and nowhere by mistake")
    func form() {
        let secret = TOTPSecret()
        #expect(secret.bytes.count == 20 && secret.text.utf8.count == 32 && secret != TOTPSecret())
        #expect(Base32.decode(secret.text.utf8) == secret.bytes)
        #expect("\(secret)" == "TOTPSecret(…)")
    }

    @Test("the address that apps read names the issuer twice and escapes the account")
    func address() {
        #expect(
            Self.secret.uri(account: "ada+desk@example.com")
                == "otpauth://totp/CryptoDesk:ada%2Bdesk%40example.com"
                + "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=CryptoDesk")
    }

    @Test("an account too long for a QR code loses its end, and never half an escape")
    func longAccount() {
        for length in 100...254 {
            let account = String(repeating: "a", count: length - 12) + "@example.com"
            let uri = Self.secret.uri(account: account)
            #expect(uri.utf8.count <= QRCode.capacity && QRCode(Array(uri.utf8)) != nil)
            #expect(uri.hasSuffix("?secret=\(Self.secret.text)&issuer=CryptoDesk"))
            let label = uri.dropFirst("otpauth://totp/CryptoDesk:".count).prefix { $0 != "?" }
            #expect(account.hasPrefix(label.replacing("%40", with: "@")))
        }
    }

    @Test(
        "the vectors of RFC 4648, section 10, without their padding",
        arguments: [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ])
    func base32(bytes: String, text: String) {
        #expect(Base32.encode(bytes.utf8) == text)
        #expect(
            Base32.decode(text.utf8) == Array(bytes.utf8) && Base32.decode(text.lowercased().utf8) == Array(bytes.utf8))
    }

    @Test(
        "base32 with other letters, padding, or bits past the end is none",
        arguments: ["M", "MZ", "MY======", "M0", "MZX"])
    func notBase32(text: String) {
        #expect(Base32.decode(text.utf8) == nil)
    }
}
