import JSON
import Testing

@Suite("Reading JSON")
struct JSONParserTests {
    @Test(
        "what is read is written again unchanged",
        arguments: [
            #"{"a":1.50,"b":[true,false,null],"c":{"d":"é\n"}}"#, "[]", "{}", #""""#, "-0.0e+10",
            "123456789012345678901234567890",
        ])
    func roundTrip(text: String) throws {
        #expect(try JSONValue(parsing: text.utf8).serialized() == text)
    }

    @Test("escapes become the characters they stand for")
    func escapes() throws {
        let value = try JSONValue(parsing: #""\u0041\ud83d\ude00\/\b\f\t\"\\""#.utf8)
        #expect(value == .string("A😀/\u{8}\u{C}\t\"\\"))
    }

    @Test(
        "what RFC 8259 does not allow is refused",
        arguments: [
            "", " ", "{", "[1,]", #"{"a":1,}"#, #"{"a"}"#, "01", "1.", ".5", "+1", "1e", "tru", "nul", "'a'", #""\x""#,
            "\"\u{1}\"", "[1 2]", "1 2", "NaN", "Infinity", #"{a:1}"#, #"{"a":1 "b":2}"#, #""\ud800""#,
            #""\udc00\ud800""#,
            #""\u12g4""#, "\u{FEFF}{}", "// {}",
        ])
    func refusals(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text.utf8) }
    }

    @Test("bytes that are not UTF-8 are refused")
    func malformedUTF8() {
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xED, 0xA0, 0x80, 0x22]) }
    }

    @Test("a member that occurs twice is refused by name")
    func duplicates() {
        #expect(throws: JSONError(reason: .duplicateMember("a"), offset: 7)) {
            try JSONValue(parsing: #"{"a":1,"a":2}"#.utf8)
        }
    }

    @Test("nesting is bounded, however deep the text goes")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try JSONValue(parsing: nested(32).utf8, maximumDepth: 32).depth == 32)
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(33).utf8, maximumDepth: 32) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(100_000).utf8) }
    }

    @Test("every prefix of a document is refused, none crashes")
    func prefixes() {
        let text = Array(#"{"a":[1.5e3,"\u00e9",{"b":null}],"c":true}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: text.prefix(length)) }
        }
    }
}
