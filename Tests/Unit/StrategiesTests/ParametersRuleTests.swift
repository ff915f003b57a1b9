import JSON
import Strategies
import Testing

@Suite("what a strategy's parameters may be")
struct ParametersRuleTests {
    private func violations(_ text: String) throws -> [String] {
        ParametersRule.violations(of: try JSONValue(parsing: Array(text.utf8), maximumDepth: 1000)).map(\.type)
    }

    private func nested(_ depth: Int) -> String {
        String(repeating: "{\"a\":", count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
    }

    @Test("32 deep is allowed, 33 is not")
    func depth() throws {
        #expect(try violations(nested(32)) == [])
        #expect(try violations(nested(33)) == ["value_error.json.depth"])
    }

    @Test("64 KB is allowed, one byte more is not, white space counts for nothing")
    func size() throws {
        func text(_ bytes: Int) -> String { "{ \"a\" : \"" + String(repeating: "x", count: bytes - 8) + "\" }" }
        #expect(try violations(text(65_536)) == [])
        #expect(try violations(text(65_537)) == ["value_error.json.size"])
    }

    @Test(
        "the size counted is that of the JSON text",
        arguments: ["{}", #"{"a":[1,2.5,-300,true,false,null,"\n\u0001é\"\\"],"b":{}}"#])
    func sizeIsExact(text: String) throws {
        var object = try #require(try JSONValue(parsing: Array(text.utf8)).object)
        object["p"] = .string("")
        let room = 65_536 - JSONValue.object(object).serialized().utf8.count
        object["p"] = .string(String(repeating: "x", count: room))
        #expect(ParametersRule.violations(of: .object(object)).isEmpty)
        object["p"] = .string(String(repeating: "x", count: room + 1))
        #expect(!ParametersRule.violations(of: .object(object)).isEmpty)
    }

    @Test(
        "a few bytes that PostgreSQL would write out as a hundred thousand are refused",
        arguments: ["1e70000", "1E+65536", "-1.5e65536"])
    func expansion(number: String) throws {
        #expect(try violations("{\"a\":\(number)}").contains("value_error.json.size"))
    }

    @Test("many of them together as well")
    func expansionOfMany() throws {
        let numbers = Array(repeating: "1e300", count: 300).joined(separator: ",")
        #expect(try violations("{\"a\":[\(numbers)]}") == ["value_error.json.size"])
    }

    @Test("what numeric cannot hold is refused", arguments: ["1e-16384", "1e99999999999999999999", "1e-2000000"])
    func range(number: String) throws {
        #expect(try violations("{\"a\":\(number)}").contains("value_error.number.range"))
    }

    @Test(
        "ordinary numbers pass",
        arguments: ["0", "-0.0", "1e308", "1.7976931348623157e308", "5e-324", "12345678901234567890"])
    func ordinary(number: String) throws {
        #expect(try violations("{\"a\":\(number)}") == [])
    }

    @Test(
        "digits are counted as they are written in full",
        arguments: zip(
            ["1", "-12.50", "1e3", "1.5e3", "1.5e-3", "0.001e5", "120e-2"],
            [(1, 0), (2, 2), (4, 0), (4, 0), (1, 4), (6, 0), (1, 2)]))
    func digits(text: String, expected: (Int, Int)) throws {
        let digits = try #require(NumberDigits(text))
        #expect((digits.integer, digits.fraction) == expected)
    }
}
