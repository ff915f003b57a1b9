import Authentication
import JSON
import Strategies
import Testing

@Suite("a list's cursor")
struct ListCursorTests {
    static let rows: [(StrategySort, String)] = [
        (.newestFirst, "2026-02-28T23:59:59.123456Z"), (.changedLast, "2024-02-29T00:00:00Z"),
        (.name, "BTC: Momentum · 日本語 \u{1F600}"), (.nameDescending, ":"),
    ]

    @Test("survives its own encoding", arguments: rows)
    func roundTrip(sort: StrategySort, key: String) throws {
        let cursor = try #require(ListCursor(sort: sort, key: key, id: 9_223_372_036_854_775_807))
        #expect(ListCursor(encoded: cursor.encoded) == cursor)
        #expect(cursor.encoded.utf8.allSatisfy { $0 != UInt8(ascii: "&") && $0 != UInt8(ascii: "=") && $0 < 128 })
    }

    static let forms = [
        "", "1", "1:0:5", "2:0:5:2026-01-01T00:00:00Z", "1:9:5:2026-01-01T00:00:00Z", "1:0:0:2026-01-01T00:00:00Z",
        "1:0:-1:2026-01-01T00:00:00Z", "1:0:+5:2026-01-01T00:00:00Z", "1:0:05:2026-01-01T00:00:00Z",
        "1:0:99999999999999999999:2026-01-01T00:00:00Z", "1:0:5:2026-02-30T00:00:00Z", "1:0:5:2026-01-01T24:00:00Z",
        "1:0:5:infinity", "1:0:5:now", "1:0:5:'; DROP TABLE users", "1:4:5:", "1:4:5:a\u{0}b",
        "1:4:5:" + String(repeating: "n", count: 256), "1:0:5:2026-01-01T00:00:00.Z",
        "1:0:5:2026-01-01T00:00:00.1234567Z",
    ]

    @Test("is refused when nobody can have been given it", arguments: forms)
    func forged(form: String) {
        #expect(ListCursor(encoded: Base64URL.encode(form.utf8)) == nil)
    }

    @Test("is refused when it is no base64url", arguments: ["!", "MTow", "AAAAA", "MTow==", "é", "MTo\n"])
    func noBase64(text: String) {
        #expect(ListCursor(encoded: text) == nil)
    }

    @Test("is taken from the row as the API shows it")
    func fromDocument() throws {
        let text = #"{"id":7,"strategy_name":"N","created_at":"2026-01-02T03:04:05.000006Z","updated_at":"x"}"#
        let document = try #require(try JSONValue(parsing: Array(text.utf8)).object)
        #expect(ListCursor(sort: .oldestFirst, after: document)?.key == "2026-01-02T03:04:05.000006Z")
        #expect(ListCursor(sort: .name, after: document)?.key == "N")
        #expect(ListCursor(sort: .changedFirst, after: document) == nil)
    }
}
