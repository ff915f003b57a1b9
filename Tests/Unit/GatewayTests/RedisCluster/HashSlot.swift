/// Which of the 16,384 slots of a Redis Cluster a key lies in.
///
/// Source: Redis Cluster specification, "Key distribution model" and "Hash tags"; CRC-16 of XMODEM.
struct HashSlot: Hashable {
    let number: Int

    init(of key: String) {
        number = Int(Self.crc16(Array(Self.tag(of: key).utf8)) % 16_384)
    }

    /// What lies between the first brace and the next closing one, if that is anything; else the whole key.
    static func tag(of key: String) -> Substring {
        guard let open = key.firstIndex(of: "{") else { return key[...] }
        let rest = key[key.index(after: open)...]
        guard let close = rest.firstIndex(of: "}"), close != rest.startIndex else { return key[...] }
        return rest[..<close]
    }

    private static func crc16(_ bytes: [UInt8]) -> UInt16 {
        bytes.reduce(0) { crc, byte in
            (0..<8).reduce(crc ^ UInt16(byte) << 8) { crc, _ in
                crc & 0x8000 != 0 ? crc << 1 ^ 0x1021 : crc << 1
            }
        }
    }
}
