import APIContract
import HTTPTypes
import JSON
import Strategies
import Testing

@Suite("Idempotency keys")
struct IdempotencyKeyTests {
    private static let name = HTTPField.Name("Idempotency-Key")

    private static func key(_ field: String?) throws -> IdempotencyKey? {
        var headers = HTTPFields()
        headers[try #require(name)] = field
        return try IdempotencyKey(headers)
    }

    @Test("are visible ASCII", arguments: ["a", "8e03978e-40d5-43dd-bc93-6894a57f9324", "\"quoted\"", "~!"])
    func accepted(field: String) throws {
        #expect(try Self.key(field)?.text == field)
    }

    @Test("may be absent, and are refused otherwise", arguments: ["", "a b", "é", String(repeating: "k", count: 256)])
    func refused(field: String) throws {
        #expect(try Self.key(nil) == nil)
        #expect(try Self.key(String(repeating: "k", count: 255)) != nil)
        let error = #expect(throws: APIError.self) { try Self.key(field) }
        #expect(error?.status == 400 && error?.code == .invalidIdempotencyKey)
    }

    private static func fingerprint(_ body: String) throws -> String {
        let object = try #require(try JSONValue(parsing: Array(body.utf8)).object)
        return try StrategyDraft(validating: object).fingerprint
    }

    @Test("the fingerprint is of what is asked for and not of how it is written")
    func fingerprints() throws {
        let plain = try Self.fingerprint(#"{"strategy_name":"N","parameters":{"a":1}}"#)
        #expect(
            try Self.fingerprint(#" { "parameters" : {"a": 1}, "strategy_name":"\u004e", "status":"draft","tags":[]}"#)
                == plain)
        for other in [
            #"{"strategy_name":"M","parameters":{"a":1}}"#, #"{"strategy_name":"N","parameters":{"a":2}}"#,
            #"{"strategy_name":"N","parameters":{"a":"1"}}"#, #"{"strategy_name":"N"}"#,
            #"{"strategy_name":"N","parameters":{"a":1},"description":""}"#,
            #"{"strategy_name":"N","parameters":{"a":1},"tags":["a"]}"#,
            #"{"strategy_name":"N","parameters":{"a":1},"status":"active"}"#,
        ] {
            #expect(try Self.fingerprint(other) != plain, "\(other)")
        }
    }
}
