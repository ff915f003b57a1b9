/// A size of QR code at error correction level M (ISO/IEC 18004:2015, tables 1, 7, 9 and E.1).
package struct QRCodeVersion: Sendable, Equatable {
    /// 1 to 10.
    package let number: Int

    package static let all = (1...10).map { QRCodeVersion(number: $0) }

    /// The smallest one that holds so many bytes; nil when none does.
    package init?(holding count: Int) {
        guard let version = Self.all.first(where: { $0.capacity >= count }) else { return nil }
        self = version
    }

    private init(number: Int) { self.number = number }

    /// Modules on each side.
    package var size: Int { 17 + 4 * number }

    /// Bytes that fit beside the mode and the count.
    package var capacity: Int { dataCount - (countBits == 8 ? 2 : 3) }

    /// Bits of the number of bytes.
    var countBits: Int { number < 10 ? 8 : 16 }

    /// Codewords of the whole symbol.
    var codewordCount: Int { [26, 44, 70, 100, 134, 172, 196, 242, 292, 346][number - 1] }

    /// Into how many blocks the data are cut, each with error correction of its own.
    var blockCount: Int { [1, 1, 1, 2, 2, 4, 4, 4, 5, 5][number - 1] }

    /// Codewords of error correction in each block.
    var correctionCount: Int { [10, 16, 26, 18, 24, 16, 18, 22, 22, 26][number - 1] }

    /// Codewords of data in the whole symbol.
    var dataCount: Int { codewordCount - blockCount * correctionCount }

    /// Rows, and columns, of the centres of alignment patterns.
    var alignmentCenters: [Int] {
        switch number {
        case 1: []
        case 2...6: [6, size - 7]
        default: [6, 8 + 2 * number, size - 7]
        }
    }
}
