import APIContract

/// The host of a request, with or without a port (RFC 9110 §7.2).
enum Authority {
    /// Whether a text is a host name, an IPv4 address or a bracketed IPv6 address, and a port of digits if any; no user
    /// information, and nothing that one reader could take for the port and another for the host.
    static func isWellFormed(_ text: String) -> Bool {
        text.utf8.withContiguousStorageIfAvailable(isWellFormed)
            ?? Array(text.utf8).withUnsafeBufferPointer(isWellFormed)
    }

    private static func isWellFormed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let end: Int
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")), isIPv6(bytes[..<bracket].dropFirst()) else {
                return false
            }
            end = bracket + 1
        } else {
            end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            guard bytes.startIndex < end, bytes[..<end].allSatisfy(isNameCharacter) else { return false }
        }
        return isPort(bytes[end...])
    }

    private static func isIPv6(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        text.contains(UInt8(ascii: ":")) && IPAddress(String(decoding: text, as: UTF8.self)) != nil
    }

    /// Nothing, or a colon and a number that a port can be; it may be missing (RFC 3986 §3.2.3).
    private static func isPort(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let colon = text.first else { return true }
        guard colon == UInt8(ascii: ":"), text.count <= 6 else { return false }
        var port = 0
        for digit in text.dropFirst() {
            guard digit &- UInt8(ascii: "0") < 10 else { return false }
            port = port * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return port <= 65_535
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
