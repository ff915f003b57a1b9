import APIContract
import HTTPService
import JSON
import Testing

@Suite("reading the members of a JSON object")
struct ObjectValidatorTests {
    private func object(_ text: String) throws -> JSONObject {
        try #require(try JSONValue(parsing: Array(text.utf8)).object)
    }

    @Test("what is right comes out as it is")
    func valid() throws {
        var body = ObjectValidator(try object(#"{"name":"é","note":null,"tags":["a"],"kind":"b"}"#))
        #expect(body.string("name", length: 1...1) == "é")
        #expect(body.optionalString("note", length: 0...5) == nil)
        #expect(body.strings("tags", count: 0...2, length: 1...1) == ["a"])
        #expect(body.choice("kind", of: ["a", "b"]) == "b")
        #expect(body.choice("other", of: ["a", "b"], default: "a") == "a")
        #expect(body.strings("labels", count: 0...2, length: 1...1, default: ["x"]) == ["x"])
        try body.finish()
    }

    @Test("every failure is an item of its own, unknown members last")
    func everyFailure() throws {
        let text =
            #"{"long":"abc","short":"","null":null,"number":1,"nul":"a\u0000","tags":["",2],"many":[1,2,3],"x":1}"#
        var body = ObjectValidator(try object(text))
        _ = body.string("missing", length: 1...2)
        _ = body.string("long", length: 1...2)
        _ = body.string("short", length: 1...2)
        _ = body.string("null", length: 1...2)
        _ = body.optionalString("number", length: 1...2)
        _ = body.optionalString("nul", length: 1...2)
        _ = body.strings("tags", count: 0...2, length: 1...2)
        _ = body.strings("many", count: 0...2, length: 1...2)
        let error = #expect(throws: APIError.self) { try body.finish() }
        guard case .fields(let fields) = error?.detail else {
            Issue.record("no list of fields")
            return
        }
        #expect(error?.status == 422)
        #expect(
            fields.map { "\($0.location.joined(separator: ".")) \($0.type)" } == [
                "body.missing value_error.missing", "body.long value_error.str.max_length",
                "body.short value_error.str.min_length", "body.null type_error.none", "body.number type_error.string",
                "body.nul value_error.nul", "body.tags.0 value_error.str.min_length", "body.tags.1 type_error.string",
                "body.many value_error.list.size", "body.x value_error.extra",
            ])
    }

    @Test("a body with thousands of unknown members gets a short answer")
    func bounded() throws {
        let members = (0..<5000).map { "\"m\($0)\":0" }.joined(separator: ",")
        var body = ObjectValidator(try object("{\(members)}"))
        let error = #expect(throws: APIError.self) { try body.finish() }
        guard case .fields(let fields) = error?.detail else {
            Issue.record("no list of fields")
            return
        }
        #expect(fields.count == 100)
    }

    @Test("length counts Unicode scalars, as PostgreSQL does", arguments: ["日本", "e\u{301}", "\u{1F600}\u{1F600}"])
    func scalars(text: String) {
        #expect(TextRule.violation(of: text, at: [], length: 2...2) == nil)
        #expect(TextRule.violation(of: text, at: [], length: 1...1) != nil)
    }
}
