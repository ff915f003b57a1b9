import JSON
import Logging
import Synchronization
import Telemetry
import Testing

@Suite("Log lines")
struct JSONLogHandlerTests {
    /// Keeps what a logger wrote.
    private final class Lines: Sendable {
        private let text = Mutex("")

        func append(_ line: String) { text.withLock { $0 += line } }
        var all: [String] { text.withLock { $0.split(separator: "\n").map(String.init) } }
    }

    private static func logged(_ level: Logger.Level = .info, _ body: (Logger) -> Void) -> [String] {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in
            JSONLogHandler(service: "auth", level: level, output: { lines.append($0) })
        }
        body(logger)
        return lines.all
    }

    @Test("an entry is one JSON object on one line, whatever the text holds")
    func oneLine() throws {
        let lines = Self.logged {
            $0.warning("two\nlines \"quoted\"", metadata: ["request_id": "r-1\n", "list": ["a", "b"]])
        }
        try #require(lines.count == 1)
        let entry = try #require(JSONValue(parsing: lines[0].utf8).object)
        #expect(entry["level"] == .string("warning"))
        #expect(entry["service"] == .string("auth"))
        #expect(entry["message"] == .string("two\nlines \"quoted\""))
        #expect(entry["request_id"] == .string("r-1\n"))
        #expect(entry["list"] == .array([.string("a"), .string("b")]))
        #expect(entry["time"]?.string?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    }

    @Test("entries below the level are not written")
    func level() {
        #expect(Self.logged(.warning) { $0.info("quiet") }.isEmpty)
    }
}
