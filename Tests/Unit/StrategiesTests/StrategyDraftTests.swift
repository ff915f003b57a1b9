import APIContract
import JSON
import Strategies
import Testing

@Suite("what a strategy may be")
struct StrategyDraftTests {
    private func draft(_ text: String) throws -> StrategyDraft {
        try StrategyDraft(validating: try #require(try JSONValue(parsing: Array(text.utf8), maximumDepth: 200).object))
    }

    /// `loc` and `type` of each item of the refusal.
    private func failures(_ text: String) throws -> [String] {
        do {
            _ = try draft(text)
            return []
        } catch let error as APIError {
            guard error.status == 422, case .fields(let fields) = error.detail else { return ["\(error)"] }
            return fields.map { "\($0.location.joined(separator: ".")) \($0.type)" }
        }
    }

    @Test("a name is enough; the rest has defaults")
    func defaults() throws {
        let draft = try draft(#"{"strategy_name":"BTC"}"#)
        #expect(
            draft == StrategyDraft(name: "BTC", description: nil, parameters: JSONObject(), tags: [], status: "draft"))
    }

    @Test("every member is taken as it is")
    func everything() throws {
        let text = #"""
            {"strategy_name":"N","description":"D","parameters":{"a":1.50},"tags":["x","y"],"status":"paused"}
            """#
        let draft = try draft(text)
        #expect(draft.name == "N" && draft.description == "D" && draft.tags == ["x", "y"] && draft.status == "paused")
        #expect(JSONValue.object(draft.parameters).serialized() == #"{"a":1.50}"#)
    }

    static let bounds: [(String, [String])] = [
        (#"{}"#, ["body.strategy_name value_error.missing"]),
        (#"{"strategy_name":null}"#, ["body.strategy_name type_error.none"]),
        (#"{"strategy_name":""}"#, ["body.strategy_name value_error.str.min_length"]),
        (#"{"strategy_name":1}"#, ["body.strategy_name type_error.string"]),
        (#"{"strategy_name":"a","description":3}"#, ["body.description type_error.string"]),
        (#"{"strategy_name":"a","parameters":[]}"#, ["body.parameters type_error.object"]),
        (#"{"strategy_name":"a","parameters":null}"#, ["body.parameters type_error.object"]),
        (#"{"strategy_name":"a","tags":"x"}"#, ["body.tags type_error.list"]),
        (
            #"{"strategy_name":"a","tags":["",1]}"#,
            ["body.tags.0 value_error.str.min_length", "body.tags.1 type_error.string"]
        ),
        (#"{"strategy_name":"a","tags":["x","x"]}"#, ["body.tags value_error.list.unique_items"]),
        (#"{"strategy_name":"a","status":"done"}"#, ["body.status value_error.enum"]),
        (#"{"strategy_name":"a","status":null}"#, ["body.status type_error.none"]),
        (
            #"{"strategy_name":"a","id":1,"user_id":2}"#,
            ["body.id value_error.extra", "body.user_id value_error.extra"]
        ),
        (#"{"strategy_name":"a\u0000"}"#, ["body.strategy_name value_error.nul"]),
        (#"{"strategy_name":"a","tags":["\u0000"]}"#, ["body.tags.0 value_error.nul"]),
        (#"{"strategy_name":"a","parameters":{"\u0000":1}}"#, ["body.parameters value_error.nul"]),
        (#"{"strategy_name":"a","parameters":{"x":["\u0000"]}}"#, ["body.parameters value_error.nul"]),
        (
            #"{"strategy_name":"","status":1,"tags":{}}"#,
            [
                "body.strategy_name value_error.str.min_length", "body.tags type_error.list",
                "body.status value_error.enum",
            ]
        ),
    ]

    @Test("each failure is an item", arguments: bounds)
    func items(text: String, expected: [String]) throws {
        #expect(try failures(text) == expected)
    }

    @Test("lengths end where they say")
    func lengths() throws {
        func body(name: Int = 1, description: Int = 0, tags: Int = 0, tag: Int = 1) -> String {
            let list = (0..<tags).map {
                "\"\(String(repeating: "t", count: tag - 1))\(Character(Unicode.Scalar(UInt8(97 + $0))))\""
            }
            return """
                {"strategy_name":"\(String(repeating: "é", count: name))",
                 "description":"\(String(repeating: "\u{1F600}", count: description))","tags":[\(list.joined(separator: ","))]}
                """
        }
        #expect(try failures(body(name: 255, description: 10_000, tags: 20, tag: 50)) == [])
        #expect(try failures(body(name: 256)) == ["body.strategy_name value_error.str.max_length"])
        #expect(try failures(body(description: 10_001)) == ["body.description value_error.str.max_length"])
        #expect(try failures(body(tags: 21)) == ["body.tags value_error.list.size"])
        #expect(try failures(body(tags: 1, tag: 51)) == ["body.tags.0 value_error.str.max_length"])
    }
}
