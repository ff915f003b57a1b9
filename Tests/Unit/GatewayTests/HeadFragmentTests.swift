import Gateway
import Testing

@Suite("What was wrong with a head that the decoder gave up")
struct HeadFragmentTests {
    private func fragment(_ text: String, after earlier: String = "") -> HeadFragment {
        var line = PartialLine()
        Array(earlier.utf8).withUnsafeBytes { line.append($0) }
        return HeadFragment(Array(text.utf8), continuing: line)
    }

    @Test("a well-formed method that is not known is told", arguments: ["BREW", "get", "A1!#$%&'*+-.^_`|~", "GETX"])
    func unknownMethods(method: String) {
        let head = "\(method) /a HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(fragment(head).hasUnknownMethod)
        #expect(fragment("\r\n" + head).hasUnknownMethod)
        #expect(fragment("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + head).hasUnknownMethod)
    }

    @Test(
        "anything else is malformed",
        arguments: [
            "", "\n", "GET / HTTP/1.1\r\n", "BREW / HTTP/2.0\r\n", "BREW /", "BREW\t/ HTTP/1.1\r\n", " / HTTP/1.1\r\n",
            "B(W / HTTP/1.1\r\n", "BREW HTTP/1.1\r\n", "BREW  HTTP/1.1\r\n", "X: BREW / HTTP/1.1\r\n",
        ])
    func malformed(head: String) {
        #expect(!fragment(head).hasUnknownMethod)
    }

    @Test("a long request line is told from a long field")
    func longLines() {
        let long = String(repeating: "a", count: 60)
        #expect(fragment("GET / HTTP/1.1\r\n\r\nGET /\(long)").hasLongRequestLine(over: 20))
        #expect(!fragment("GET / HTTP/1.1\r\nX: a \(long)\r\n").hasLongRequestLine(over: 20))
        #expect(!fragment("GET /\(long)").hasLongRequestLine(over: 60))
        #expect(!fragment(long).hasLongRequestLine(over: 20))
    }

    @Test("a line that comes in several reads is one line")
    func severalReads() {
        let long = String(repeating: "a", count: 60)
        #expect(fragment(long, after: "GET /").hasLongRequestLine(over: 20))
        #expect(fragment(" /\(long)", after: "GET").hasLongRequestLine(over: 20))
        #expect(fragment("a HTTP/1.1\r\nHost: a\r\n", after: "X: y\r\n\r\nGET /\(long)").hasLongRequestLine(over: 20))
        #expect(!fragment(long + " " + long, after: "GET / HTTP/1.1\r\nX: a ").hasLongRequestLine(over: 20))
        #expect(!fragment("\r\nX: y", after: "GET /").hasLongRequestLine(over: 20))
    }
}
