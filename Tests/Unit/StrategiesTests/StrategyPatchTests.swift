import APIContract
import JSON
import Strategies
import Testing

@Suite("a merge patch of a strategy")
struct StrategyPatchTests {
    private static let document = #"""
        {"id":1,"user_id":2,"strategy_name":"N","description":"D","parameters":{"a":1,"b":{"c":[1],"d":2}},
         "tags":["x"],"status":"active","version":3,"created_at":"t","updated_at":"u"}
        """#

    private func object(_ text: String) throws -> JSONObject {
        try #require(try JSONValue(parsing: Array(text.utf8)).object)
    }

    private func patched(_ patch: String) throws -> StrategyDraft {
        try StrategyPatch(validating: object(patch)).applied(to: object(Self.document))
    }

    @Test("what it does not name stays")
    func untouched() throws {
        let draft = try patched("{}")
        #expect(draft.name == "N" && draft.description == "D" && draft.tags == ["x"] && draft.status == "active")
        #expect(JSONValue.object(draft.parameters).serialized() == #"{"a":1,"b":{"c":[1],"d":2}}"#)
    }

    @Test("parameters are merged member by member, lists are replaced")
    func merged() throws {
        let draft = try patched(#"{"parameters":{"a":null,"b":{"c":[2],"e":null},"f":1.10},"tags":["y","z"]}"#)
        #expect(JSONValue.object(draft.parameters).serialized() == #"{"b":{"c":[2],"d":2},"f":1.10}"#)
        #expect(draft.tags == ["y", "z"])
    }

    @Test("null removes the description, and nothing else of a strategy can be removed")
    func null() throws {
        #expect(try patched(#"{"description":null}"#).description == nil)
        for member in ["strategy_name", "parameters", "tags", "status"] {
            let error = #expect(throws: APIError.self) { try patched("{\"\(member)\":null}") }
            #expect(error?.status == 422)
        }
    }

    @Test(
        "what a client may not write is refused",
        arguments: ["id", "user_id", "version", "created_at", "updated_at", "x"])
    func readOnly(member: String) throws {
        let error = #expect(throws: APIError.self) { try patched("{\"\(member)\":1}") }
        guard case .fields(let fields) = error?.detail else {
            Issue.record("no list of fields")
            return
        }
        #expect(fields.map(\.location) == [["body", member]])
    }

    @Test(
        "the result keeps to the rules of a strategy",
        arguments: [#"{"strategy_name":""}"#, #"{"status":"x"}"#, #"{"parameters":1}"#])
    func invalidResult(patch: String) throws {
        let error = #expect(throws: APIError.self) { try patched(patch) }
        #expect(error?.status == 422)
    }
}
