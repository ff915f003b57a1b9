import LocalCluster
import Testing

@Suite("CSV (RFC 4180)")
struct CSVParserTests {
    private struct Outcome: Equatable {
        var records: [CSVParser.Record] = []
        var failure: AccountFileError?

        var lines: [Int] { records.map(\.line) }
        var fields: [[String?]] { records.map(\.fields) }
    }

    /// In pieces of so many bytes.
    private func parse(_ bytes: [UInt8], piece: Int = .max) -> Outcome {
        var parser = CSVParser()
        var outcome = Outcome()
        var rest = bytes[...]
        while !rest.isEmpty {
            outcome.records += parser.parse(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        outcome.records += parser.finish()
        outcome.failure = parser.failure
        return outcome
    }

    @Test(
        "records and fields, whatever ends the lines",
        arguments: [
            ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]), ("a,b\nc,d", [["a", "b"], ["c", "d"]]),
            ("a,,\n,b,\n", [["a", "", ""], ["", "b", ""]]), (",", [["", ""]]), ("", []), ("\n\r\n\n", []),
            ("\"a\",\"b,c\"\n", [["a", "b,c"]]), ("\"a\"\"b\"\"\",\"\"\n", [["a\"b\"", ""]]),
            ("\"a\nb\r\nc\",d\r\n", [["a\nb\r\nc", "d"]]), (" a , \"\n".replacing("\"", with: "b"), [[" a ", " b"]]),
            ("\u{feff}a,b\n", [["a", "b"]]), ("\u{feff}\"a\",b", [["a", "b"]]), ("a,\u{feff}b", [["a", "\u{feff}b"]]),
            ("ä,€,𝄞\n", [["ä", "€", "𝄞"]]),
        ] as [(String, [[String]])])
    func records(text: String, expected: [[String]]) {
        let bytes = Array(text.utf8)
        let whole = parse(bytes)
        #expect(whole.fields == expected && whole.failure == nil)
        for piece in 1...3 { #expect(parse(bytes, piece: piece) == whole) }
    }

    @Test("a record is told by the line on which it begins")
    func lines() {
        #expect(parse(Array("h\r\n\r\n\"a\n\n\"\nb\n\nc".utf8)).lines == [1, 3, 6, 8])
    }

    @Test("bytes that are no UTF-8 spoil their field alone")
    func encoding() {
        #expect(parse([0x61, 0x2c, 0xff, 0x0a, 0x62, 0x2c, 0x63]).fields == [["a", nil], ["b", "c"]])
    }

    @Test(
        "what is no CSV stops the reading, after the records before it",
        arguments: [
            ("a\nb\"c\nd\n", 2, 1), ("a\n\"b\"c\nd\n", 2, 1), ("a\n\"b\nc\nd", 2, 1), ("a\rb\n", 1, 0),
            ("a\n\nb\r", 3, 1),
            ("a\n\"b\nc\"d\n", 3, 1),
        ] as [(String, Int, Int)])
    func failures(text: String, line: Int, records: Int) {
        let outcome = parse(Array(text.utf8))
        #expect(outcome.failure?.line == line && outcome.records.count == records)
        #expect(parse(Array(text.utf8), piece: 1) == outcome)
    }

    @Test("a record without end takes no memory without end")
    func longRecord() {
        let bytes = Array("a\n\"".utf8) + repeatElement(UInt8(ascii: "x"), count: CSVParser.maximumRecord + 1)
        let outcome = parse(bytes, piece: 4096)
        #expect(outcome.failure?.line == 2 && outcome.fields == [["a"]])
    }
}
