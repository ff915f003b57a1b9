/// A QR code in byte mode at error correction level M, of version 1 to 10 (ISO/IEC 18004:2015).
package struct QRCode: Sendable, Equatable {
    package let version: QRCodeVersion
    package let mask: QRCodeMask
    package let modules: QRCodeModules

    /// Bytes that the largest one holds.
    package static let capacity = QRCodeVersion.all.map(\.capacity).max() ?? 0

    /// - Parameters:
    ///   - bytes: nil is returned for more than ``capacity``.
    ///   - mask: instead of the best one.
    package init?(_ bytes: [UInt8], mask: QRCodeMask? = nil) {
        guard let version = QRCodeVersion(holding: bytes.count) else { return nil }
        var canvas = QRCodeCanvas(version)
        canvas.place(QRCodeCodewords.make(bytes, version))
        let candidates = (mask.map { [$0] } ?? QRCodeMask.allCases).map { mask in
            var masked = canvas
            masked.apply(mask)
            return (mask: mask, modules: masked.modules, points: QRCodePenalty.points(of: masked.modules))
        }
        guard let best = candidates.min(by: { $0.points < $1.points }) else { return nil }
        self.version = version
        self.mask = best.mask
        modules = best.modules
    }

    /// Light modules around the symbol, on each side.
    private static let quietZone = 4

    /// An SVG picture, dark on light whatever the page's colours are, as large as the page makes it.
    package var svg: String {
        let side = modules.size + 2 * Self.quietZone
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(side) \(side)" shape-rendering="crispEdges">\
            <path fill="#fff" d="M0 0h\(side)v\(side)h-\(side)z"/><path fill="#000" d="\(path)"/></svg>
            """
    }

    /// A rectangle for each run of dark modules in a row.
    private var path: String {
        var path = ""
        for row in 0..<modules.size {
            var column = 0
            while column < modules.size {
                let length = (column..<modules.size).prefix { modules[row, $0] }.count
                if length > 0 {
                    path += "M\(column + Self.quietZone) \(row + Self.quietZone)h\(length)v1h-\(length)z"
                }
                column += max(1, length)
            }
        }
        return path
    }
}
