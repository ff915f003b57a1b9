/// What a QR code stores for bytes: mode, count, data and padding, then error correction, the blocks interleaved
/// (ISO/IEC 18004:2015, sections 7.4 to 7.6).
enum QRCodeCodewords {
    /// - Parameter bytes: at most `version.capacity`.
    static func make(_ bytes: [UInt8], _ version: QRCodeVersion) -> [UInt8] {
        let blocks = blocks(of: data(bytes, version), version)
        let corrections = blocks.map { ReedSolomon.correction(for: $0, count: version.correctionCount) }
        return interleave(blocks.map { Array($0) }) + interleave(corrections)
    }

    /// 4 bits of mode, 8 or 16 of count, the bytes, 4 of terminator, then padding.
    private static func data(_ bytes: [UInt8], _ version: QRCodeVersion) -> [UInt8] {
        let count = version.countBits == 8 ? [UInt8(bytes.count)] : [UInt8(bytes.count >> 8), UInt8(bytes.count & 255)]
        var (codewords, half): ([UInt8], UInt8) = ([], 0b0100)
        for byte in count + bytes {
            codewords.append(half << 4 | byte >> 4)
            half = byte & 15
        }
        codewords.append(half << 4)
        var padding: UInt8 = 0b1110_1100
        while codewords.count < version.dataCount {
            codewords.append(padding)
            padding ^= 0b1111_1101
        }
        return codewords
    }

    /// As equal as it goes, the shorter ones first.
    private static func blocks(of data: [UInt8], _ version: QRCodeVersion) -> [ArraySlice<UInt8>] {
        let (length, longer) = data.count.quotientAndRemainder(dividingBy: version.blockCount)
        var rest = data[...]
        return (0..<version.blockCount).map { index in
            let block = rest.prefix(length + (index >= version.blockCount - longer ? 1 : 0))
            rest = rest.dropFirst(block.count)
            return block
        }
    }

    private static func interleave(_ blocks: [[UInt8]]) -> [UInt8] {
        (0..<(blocks.map(\.count).max() ?? 0)).flatMap { index in
            blocks.compactMap { index < $0.count ? $0[index] : nil }
        }
    }
}
