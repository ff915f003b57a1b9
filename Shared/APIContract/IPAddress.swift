#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An IPv4 or IPv6 address as its bytes; an IPv4 address mapped into IPv6 is the IPv4 address.
package struct IPAddress: Hashable, Sendable {
    /// 4 or 16 bytes in network order.
    package let bytes: [UInt8]

    package init?(_ text: String) {
        if let address = Self.v4(text) {
            self.init(bytes: withUnsafeBytes(of: address.bigEndian) { Array($0) })
            return
        }
        var buffer = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &buffer) == 1 else { return nil }
        self.init(bytes: buffer)
    }

    /// Four decimal numbers without leading zeros, as `inet_pton` takes them.
    private static func v4(_ text: String) -> UInt32? {
        var (address, number, digits, dots) = (UInt32(0), UInt32(0), 0, 0)
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                (address, number, digits, dots) = (address << 8 | number, 0, 0, dots + 1)
            } else {
                guard byte &- UInt8(ascii: "0") < 10, digits == 0 || number > 0 else { return nil }
                number = number * 10 + UInt32(byte &- UInt8(ascii: "0"))
                digits += 1
                guard number <= 255 else { return nil }
            }
        }
        return digits > 0 && dots == 3 ? address << 8 | number : nil
    }

    init(bytes: [UInt8]) {
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        self.bytes = bytes.starts(with: mapped) && bytes.count == 16 ? Array(bytes.suffix(4)) : bytes
    }

    package var isIPv6: Bool { bytes.count == 16 }

    /// What a limit by address counts: an IPv4 address whole, of an IPv6 address its /64 network.
    package var limitedPrefix: [UInt8] { isIPv6 ? Array(bytes.prefix(8)) : bytes }
}

/// A range of addresses that share a prefix (RFC 4632).
package struct CIDRBlock: Hashable, Sendable {
    /// The text that is no block.
    package struct Malformed: Error, CustomStringConvertible {
        package let text: String
        package var description: String { "\"\(text)\" is neither an IP address nor a CIDR block" }
    }

    private let network: [UInt8]
    private let prefixLength: Int

    package init(_ text: String) throws(Malformed) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { throw Malformed(text: text) }
        let bits = address.bytes.count * 8
        let length = parts.count == 2 ? Int(parts[1]) : bits
        guard let length, (0...bits).contains(length) else { throw Malformed(text: text) }
        network = address.bytes
        prefixLength = length
    }

    package func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == network.count else { return false }
        let whole = prefixLength / 8
        guard address.bytes.prefix(whole).elementsEqual(network.prefix(whole)) else { return false }
        let rest = prefixLength % 8
        guard rest > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF << (8 - rest))
        return address.bytes[whole] & mask == network[whole] & mask
    }
}
