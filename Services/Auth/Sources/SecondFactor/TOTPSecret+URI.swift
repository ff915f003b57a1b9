extension TOTPSecret {
    private static let issuer = "CryptoDesk"

    /// What an app reads from the QR code: `otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=…`, the form that Google
    /// Authenticator has made common. Algorithm, digits and period are those that apps take when none are named.
    ///
    /// The account is only shown. Of one that is so long that no QR code of ours would hold it, the end is left out.
    package func uri(account: String) -> String {
        let start = "otpauth://totp/\(Self.issuer):"
        let end = "?secret=\(text)&issuer=\(Self.issuer)"
        var label = ""
        for byte in account.utf8 {
            let letter = Self.escape(byte)
            guard start.utf8.count + label.utf8.count + letter.utf8.count + end.utf8.count <= QRCode.capacity else {
                break
            }
            label += letter
        }
        return start + label + end
    }

    /// As RFC 3986, section 2.3, has it. Addresses are ASCII, so each byte is a character.
    private static func escape(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            return String(Unicode.Scalar(byte))
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }
    }
}
