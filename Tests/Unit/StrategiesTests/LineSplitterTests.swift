import NIOCore
import Strategies
import TestSupport
import Testing

@Suite("lines of a body")
struct LineSplitterTests {
    /// The lines of a text that comes in pieces of these sizes, in turn; `nil` for one that is too long.
    private func lines(_ text: String, sizes: [Int], longest: Int = 100) -> [String?] {
        var splitter = LineSplitter(longest: longest)
        var lines: [String?] = []
        func take(_ line: LineSplitter.Line) {
            switch line {
            case .text(let text): lines.append(String(buffer: text))
            case .tooLong: lines.append(nil)
            }
            #expect(splitter.number == lines.count)
        }
        var (rest, index) = (ByteBuffer(string: text), 0)
        while rest.readableBytes > 0 {
            splitter.append(rest.readSlice(length: min(sizes[index % sizes.count], rest.readableBytes)) ?? ByteBuffer())
            index += 1
            while let line = splitter.next() { take(line) }
        }
        if let line = splitter.last() { take(line) }
        return lines
    }

    @Test("are the same however the body is cut into pieces", arguments: 0..<50)
    func pieces(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let expected = (0..<20).map { _ in String(repeating: "é", count: Int.random(in: 0...9, using: &random)) }
        let sizes = (0..<5).map { _ in Int.random(in: 1...40, using: &random) }
        #expect(lines(expected.joined(separator: "\n") + "\n", sizes: sizes) == expected)
        #expect(lines(expected.joined(separator: "\n") + "\nx", sizes: sizes) == expected + ["x"])
    }

    @Test("end with the body, and an empty body has none")
    func ends() {
        #expect(lines("", sizes: [1]).isEmpty)
        #expect(lines("\n\na", sizes: [2]) == ["", "", "a"])
        #expect(lines("a\r\n", sizes: [9]) == ["a\r"])
    }

    @Test("that are too long are dropped, and those around them are not", arguments: [1, 3, 8, 200])
    func tooLong(size: Int) {
        let long = String(repeating: "x", count: 11)
        let fitting = String(repeating: "y", count: 10)
        #expect(lines("a\n\(long)\n\(fitting)\n\(long)", sizes: [size], longest: 10) == ["a", nil, fitting, nil])
        #expect(lines("\(long)\(long)\n\nb", sizes: [size], longest: 10) == [nil, "", "b"])
    }
}
