import Gateway
import Testing

@Suite("Names of members that two services call differently")
struct FieldMappingTests {
    private let mapping = FieldMapping(["title": "name", "text": "description"])

    private func text(_ body: [UInt8]) -> String { String(decoding: body, as: UTF8.self) }

    @Test(
        "both ways rename the members of an object and of the objects in its lists, and nothing deeper",
        arguments: [
            (#"{"title":"a","n":1.50}"#, #"{"name":"a","n":1.50}"#),
            (#"[{"title":"a"},{"text":"b"},3]"#, #"[{"name":"a"},{"description":"b"},3]"#),
            (#"{"items":[{"title":"a"}],"total":1}"#, #"{"items":[{"name":"a"}],"total":1}"#),
            (#"{"title":{"title":"a"},"x":{"text":"b"}}"#, #"{"name":{"title":"a"},"x":{"text":"b"}}"#),
            (#"{"items":[{"list":[{"title":"a"}]}]}"#, #"{"items":[{"list":[{"title":"a"}]}]}"#),
        ])
    func names(legacy: String, candidate: String) {
        #expect(text(mapping.request(Array(legacy.utf8))) == candidate)
        #expect(text(mapping.answer(Array(candidate.utf8))) == legacy)
    }

    @Test("a member that has the new name already gives way")
    func taken() { #expect(text(mapping.request(Array(#"{"title":"a","name":"b"}"#.utf8))) == #"{"name":"a"}"#) }

    @Test("what is no JSON goes as it came, and other media types are not read")
    func others() {
        #expect(text(mapping.request(Array("{oops".utf8))) == "{oops")
        #expect(FieldMapping.reads("application/json; charset=utf-8") && FieldMapping.reads("application/a+json"))
        #expect(!FieldMapping.reads("text/plain") && !FieldMapping.reads(nil))
        #expect(FieldMapping().isEmpty && !mapping.isEmpty)
    }
}
