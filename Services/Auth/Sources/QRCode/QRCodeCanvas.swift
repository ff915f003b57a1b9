/// The modules of a QR code while it is drawn: first the patterns that every symbol of its version has, then the data
/// around them (ISO/IEC 18004:2015, sections 6.3 and 7.7 to 7.10).
struct QRCodeCanvas {
    private let version: QRCodeVersion
    private(set) var modules: QRCodeModules
    /// Where no data may be.
    private var isReserved: QRCodeModules

    private var size: Int { version.size }

    init(_ version: QRCodeVersion) {
        self.version = version
        modules = QRCodeModules(size: version.size)
        isReserved = modules
        drawTiming()
        for (row, column) in [(3, 3), (3, size - 4), (size - 4, 3)] { drawFinder(row, column) }
        drawAlignment()
        drawFormat(0)
        drawVersion()
    }

    /// Puts bits, the highest of each codeword first, in columns of two from the right, up and down in turn.
    mutating func place(_ codewords: [UInt8]) {
        var bits = codewords.lazy.flatMap { byte in (0..<8).map { byte >> UInt8(7 - $0) & 1 == 1 } }.makeIterator()
        // The column of the vertical timing pattern is left out.
        let rights = stride(from: size - 1, to: 6, by: -2).map { $0 } + [5, 3, 1]
        for (index, right) in rights.enumerated() {
            for step in 0..<size {
                let row = index.isMultiple(of: 2) ? size - 1 - step : step
                for column in [right, right - 1] where !isReserved[row, column] {
                    modules[row, column] = bits.next() ?? false
                }
            }
        }
    }

    /// Turns the data's modules over where the mask says so, and names the mask.
    mutating func apply(_ mask: QRCodeMask) {
        for row in 0..<size {
            for column in 0..<size where !isReserved[row, column] && mask.inverts(row, column) {
                modules[row, column].toggle()
            }
        }
        drawFormat(mask.rawValue)
    }

    private mutating func draw(_ row: Int, _ column: Int, _ isDark: Bool) {
        guard (0..<size).contains(row), (0..<size).contains(column) else { return }
        modules[row, column] = isDark
        isReserved[row, column] = true
    }

    private mutating func drawTiming() {
        for index in 0..<size {
            draw(6, index, index.isMultiple(of: 2))
            draw(index, 6, index.isMultiple(of: 2))
        }
    }

    /// Three nested squares with a light separator around.
    private mutating func drawFinder(_ row: Int, _ column: Int) {
        for down in -4...4 {
            for right in -4...4 {
                let ring = max(abs(down), abs(right))
                draw(row + down, column + right, ring != 2 && ring != 4)
            }
        }
    }

    private mutating func drawAlignment() {
        let centers = version.alignmentCenters
        for row in centers {
            for column in centers where !isFinderCorner(row, column) {
                for down in -2...2 {
                    for right in -2...2 { draw(row + down, column + right, max(abs(down), abs(right)) != 1) }
                }
            }
        }
    }

    private func isFinderCorner(_ row: Int, _ column: Int) -> Bool {
        let ends = [6, size - 7]
        return ends.contains(row) && ends.contains(column) && (row, column) != (size - 7, size - 7)
    }

    /// Level M and the mask, with a BCH(15, 5) code, twice.
    private mutating func drawFormat(_ mask: Int) {
        let bits = Self.withRemainder(mask, generator: 0x537, degree: 10) ^ 0x5412
        for index in 0..<15 {
            let isDark = bits >> index & 1 == 1
            switch index {
            case 0...5: draw(index, 8, isDark)
            case 6, 7: draw(index + 1, 8, isDark)
            case 8: draw(8, 7, isDark)
            default: draw(8, 14 - index, isDark)
            }
            if index < 8 { draw(8, size - 1 - index, isDark) } else { draw(size - 15 + index, 8, isDark) }
        }
        draw(size - 8, 8, true)
    }

    /// From version 7 on its number, with a BCH(18, 6) code, twice.
    private mutating func drawVersion() {
        guard version.number >= 7 else { return }
        let bits = Self.withRemainder(version.number, generator: 0x1F25, degree: 12)
        for index in 0..<18 {
            let isDark = bits >> index & 1 == 1
            draw(index / 3, size - 11 + index % 3, isDark)
            draw(size - 11 + index % 3, index / 3, isDark)
        }
    }

    /// A value followed by the remainder of its division by a polynomial over GF(2).
    private static func withRemainder(_ value: Int, generator: Int, degree: Int) -> Int {
        var remainder = value << degree
        for bit in stride(from: Int.bitWidth - 1 - remainder.leadingZeroBitCount, through: degree, by: -1)
        where remainder >> bit & 1 == 1 {
            remainder ^= generator << (bit - degree)
        }
        return value << degree | remainder
    }
}
