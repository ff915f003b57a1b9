/// The id that follows one request through every process and log line (`X-Request-Id`).
package enum RequestID {
    package static let headerName = "x-request-id"

    /// Whether a client's own id may be kept: 8 to 128 of `A–Z a–z 0–9 - _ .`.
    package static func isWellFormed(_ candidate: String) -> Bool {
        let bytes = candidate.utf8
        guard (8...128).contains(bytes.count) else { return false }
        return bytes.withContiguousStorageIfAvailable { $0.allSatisfy(mayOccur) } ?? bytes.allSatisfy(mayOccur)
    }

    private static func mayOccur(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// A new id: 128 random bits as 32 hexadecimal digits.
    package static func make() -> String { Hexadecimal.random(bytes: 16) }
}
