import APIContract
import HTTPService
import Testing

@Suite("reading the query of a request")
struct QueryValidatorTests {
    @Test("values are decoded, absent ones and empty texts are the default")
    func values() throws {
        var query = try QueryValidator("limit=7&q=a+b%26%C3%A9&empty=&flag")
        #expect(query.integer("limit", in: 1...200, default: 50) == 7)
        #expect(query.text("q", length: 1...9) == "a b&é")
        #expect(query.integer("offset", in: 0...200, default: 50) == 50)
        #expect(query.text("empty", length: 1...9) == nil)
        #expect(query.value("flag") == nil)
        #expect(query.choice("sort", of: ["a"]) == nil)
        try query.finish()
    }

    @Test("a malformed encoding is a 400", arguments: ["q=%", "q=%4", "q=%GG", "q=%FF", "%C3=1", "q=%ED%A0%80"])
    func malformed(query: String) {
        let error = #expect(throws: APIError.self) { try QueryValidator(query) }
        #expect(error?.status == 400)
    }

    static let refused = [
        "limit=0", "limit=201", "limit=-1", "limit=1.5", "limit=abc", "limit=9999999999999999999", "limit=+1",
        "limit=", "sort=", "sort=password_hash", "q=%00", "limit=1&limit=2", "unknown=1", "=1",
    ]

    @Test("what is out of range, repeated or unknown is a 422", arguments: refused)
    func invalid(text: String) throws {
        var query = try QueryValidator(text)
        _ = query.integer("limit", in: 1...200, default: 50)
        _ = query.choice("sort", of: ["name"])
        _ = query.text("q", length: 1...10)
        let error = #expect(throws: APIError.self) { try query.finish() }
        #expect(error?.status == 422)
    }
}
