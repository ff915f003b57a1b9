import Gateway
import JSON
import Testing

@Suite("Comparison of two answers")
struct AnswerComparisonTests {
    private func labels(
        _ primary: String, _ candidate: String, _ change: (inout ComparisonRules) -> Void = { _ in }
    ) -> [String] {
        var rules = ComparisonRules()
        change(&rules)
        return AnswerComparison(rules).differences(
            ComparedAnswer(status: 200, body: Array(primary.utf8)),
            ComparedAnswer(status: 200, body: Array(candidate.utf8))
        ).map(\.label)
    }

    @Test(
        "each kind of difference is found at its place",
        arguments: [
            (#"{"a":1,"b":[1,2]}"#, #"{ "b": [1, 2], "a": 1.0 }"#, []),
            (#"{"a":1}"#, #"{"a":2}"#, ["value $.a"]),
            (#"{"a":1}"#, #"{"a":"1"}"#, ["type $.a"]),
            (#"{"a":1}"#, #"{"a":null}"#, ["type $.a"]),
            (#"{"a":1,"b":2}"#, #"{"a":1}"#, ["missing $.b"]),
            (#"{"a":1}"#, #"{"a":1,"b":2}"#, ["added $.b"]),
            (#"{"i":[{"p":1.5},{"p":2}]}"#, #"{"i":[{"p":1.5},{"p":2.01}]}"#, ["value $.i[].p"]),
            (#"{"i":[1,2,3]}"#, #"{"i":[1,2]}"#, ["count $.i"]),
            (#"[1,2]"#, #"[2,1]"#, ["value $[]", "value $[]"]),
            ("12345678901234567890", "12345678901234567891", ["value $"]),
            ("9007199254740993", "9007199254740992", ["value $"]),
            ("plain", "text", ["value $"]), (#"{"a":1}"#, "text", ["value $"]), ("text", "text", []),
        ])
    func kinds(primary: String, candidate: String, expected: [String]) {
        #expect(labels(primary, candidate) == expected)
    }

    @Test("what the rules leave out is not compared")
    func rules() {
        let (one, other) = (
            #"{"id":1,"m":{"at":1,"x":1},"i":[{"k":1,"t":9},{"k":2}]}"#, #"{"m":{"at":2,"x":1},"i":[{"k":1},{"k":2}]}"#
        )
        #expect(labels(one, other) == ["missing $.id", "value $.m.at", "missing $.i[].t"])
        #expect(labels(one, other) { $0.ignored = ["$.id", "$.m", "$.i[].t"] } == [])
        #expect(labels("[3,1,2]", "[1,2,3]") { $0.unordered = ["$"] } == [])
        #expect(labels("[3,1,2]", "[1,2,4]") { $0.unordered = ["$"] } == ["value $[]"])
        #expect(labels(#"{"p":1.004}"#, #"{"p":1.0}"#) { $0.tolerance = 0.005 } == [])
        #expect(labels(#"{"p":1.006}"#, #"{"p":1.0}"#) { $0.tolerance = 0.005 } == ["value $.p"])
        #expect(labels("one", "two") { $0.ignored = ["$"] } == [])
    }

    @Test("status and chosen fields of the head are compared")
    func heads() {
        var rules = ComparisonRules()
        rules.headers = ["content-type", "etag"]
        let found = AnswerComparison(rules).differences(
            ComparedAnswer(status: 200, fields: ["content-type": "a", "etag": "1"]),
            ComparedAnswer(status: 404, fields: ["content-type": "a"]))
        #expect(found.map(\.label) == ["value status", "value header etag"])
    }

    @Test("a place is read as it is written", arguments: ["$", "$.a", "$.a.b", "$[]", "$.a[].b", "$[][]"])
    func places(text: String) { #expect(ComparisonRules.isPlace(text)) }

    @Test("what is no place is refused", arguments: ["", "a", "$a", "$.", "$..a", "$[0]", "$.a["])
    func noPlaces(text: String) { #expect(!ComparisonRules.isPlace(text)) }

    @Test("a sample keeps neither secrets nor whole objects nor a query")
    func samples() throws {
        let differences = JSONComparison(ComparisonRules()).differences(
            try JSONValue(
                parsing:
                    #"{"access_token":"abc","name":"n","user":{"password":"p"},"long":"\#(String(repeating: "x", count: 500))"}"#
                    .utf8),
            try JSONValue(parsing: #"{"access_token":"def","name":"m","long":"y"}"#.utf8))
        let text = JSONValue.object(DifferenceSample(path: "/tasks", differences: differences).json(at: 7)).serialized()
        #expect(!text.contains("abc") && !text.contains("def") && !text.contains("\"p\""))
        #expect(text.contains(#""primary":"n","candidate":"m""#) && text.contains("object of 1"))
        #expect(text.utf8.count < 900)
    }
}
