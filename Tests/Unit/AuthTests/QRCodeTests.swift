import Auth
import Crypto
import Testing

@Suite("QR codes")
struct QRCodeTests {
    private static func rows(_ code: QRCode, _ dark: Character, _ light: Character) -> String {
        let range = 0..<code.modules.size
        return range.map { row in String(range.map { code.modules[row, $0] ? dark : light }) }.joined(separator: "\n")
    }

    private static func digest(_ code: QRCode) -> String {
        SHA256.hash(data: Array(rows(code, "1", "0").utf8)).prefix(8)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func bytes(_ version: Int) -> [UInt8] {
        Array(QRCodeVector.text.utf8.prefix(QRCodeVersion.all[version - 1].capacity))
    }

    @Test(
        "every version with every mask is what another encoder makes, and the one with the fewest points is taken",
        arguments: QRCodeVector.all)
    func vectors(vector: QRCodeVector) throws {
        for (mask, (digest, points)) in zip(QRCodeMask.allCases, zip(vector.digests, vector.points)) {
            let code = try #require(QRCode(Self.bytes(vector.version), mask: mask))
            #expect(code.version.number == vector.version && code.mask == mask)
            #expect(Self.digest(code) == digest, "\(mask)")
            #expect(QRCodePenalty.points(of: code.modules) == points, "\(mask)")
        }
        let best = try #require(QRCode(Self.bytes(vector.version)))
        #expect(vector.points[best.mask.rawValue] == vector.points.min())
        #expect(Self.digest(best) == vector.digests[best.mask.rawValue])
    }

    @Test("a small one, to look at")
    func picture() throws {
        let code = try #require(QRCode(Self.bytes(1), mask: .columns))
        #expect(Self.rows(code, "#", ".") == QRCodeVector.picture)
    }

    @Test("the smallest version that holds the bytes is taken, up to 213 of them")
    func sizes() {
        #expect(QRCodeVersion.all.map(\.capacity) == [14, 26, 42, 62, 84, 106, 122, 152, 180, 213])
        for version in QRCodeVersion.all {
            let full = [UInt8](repeating: 0x41, count: version.capacity)
            #expect(QRCode(full)?.version == version && QRCode(full)?.modules.size == 17 + 4 * version.number)
            #expect(QRCode(full + [0])?.version != version)
        }
        #expect(QRCode([])?.version.number == 1)
        #expect(QRCode([UInt8](repeating: 0, count: QRCode.capacity + 1)) == nil)
    }

    @Test("the picture draws the dark modules, and no others, with four light ones around")
    func svg() throws {
        let code = try #require(QRCode(Self.bytes(3)))
        var drawn = Array(
            repeating: Array(repeating: false, count: code.modules.size + 8), count: code.modules.size + 8)
        let path = try #require(code.svg.firstMatch(of: #/fill="#000" d="([^"]*)"/#)).1
        for run in path.matches(of: #/M(\d+) (\d+)h(\d+)v1h-(\d+)z/#) {
            let (column, row, length) = (Int(run.1) ?? 0, Int(run.2) ?? 0, Int(run.3) ?? 0)
            #expect(run.3 == run.4)
            for offset in 0..<length { drawn[row][column + offset] = true }
        }
        for row in drawn.indices {
            for column in drawn.indices {
                let isInside = (4..<(drawn.count - 4)).contains(row) && (4..<(drawn.count - 4)).contains(column)
                #expect(drawn[row][column] == (isInside && code.modules[row - 4, column - 4]))
            }
        }
        #expect(code.svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 37 37\""))
    }
}
