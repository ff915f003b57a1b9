/// One of the patterns that keep a QR code from looking like its own finders, or like nothing (ISO/IEC 18004:2015,
/// table 10).
package enum QRCodeMask: Int, Sendable, CaseIterable {
    case checkerboard, rows, columns, diagonals, blocks, fields, diamonds, meadow

    func inverts(_ row: Int, _ column: Int) -> Bool {
        let (sum, product) = (row + column, row * column)
        return switch self {
        case .checkerboard: sum % 2 == 0
        case .rows: row % 2 == 0
        case .columns: column % 3 == 0
        case .diagonals: sum % 3 == 0
        case .blocks: (row / 2 + column / 3) % 2 == 0
        case .fields: product % 2 + product % 3 == 0
        case .diamonds: (product % 2 + product % 3) % 2 == 0
        case .meadow: (sum % 2 + product % 3) % 2 == 0
        }
    }
}
