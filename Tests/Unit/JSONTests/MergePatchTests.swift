import JSON
import Testing

@Suite("Merge patch")
struct MergePatchTests {
    /// The examples of RFC 7396, appendix A.
    @Test(
        "the RFC's examples hold",
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, "{}"),
            (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
            (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
            (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
            (#"{"a":"foo"}"#, "null", "null"),
            (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
            (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
            ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
            ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        ])
    func examples(target: String, patch: String, result: String) throws {
        let merged = try JSONValue(parsing: target.utf8).merging(patch: JSONValue(parsing: patch.utf8))
        #expect(merged.serialized() == result)
    }

    @Test("names that only look alike are different names, in the patch and in the text")
    func lookAlikes() throws {
        let one = "{\"\u{e9}\":1}", other = "{\"e\u{301}\":2}", removal = "{\"e\u{301}\":null}"
        let document = try JSONValue(parsing: one.utf8)
        #expect(try document.merging(patch: JSONValue(parsing: other.utf8)).object?.members.count == 2)
        #expect(try document.merging(patch: JSONValue(parsing: removal.utf8)).serialized().utf8.elementsEqual(one.utf8))
        #expect(try JSONValue(parsing: "{\"K\":1,\"\u{212a}\":2}".utf8).object?.members.count == 2)
    }
}
