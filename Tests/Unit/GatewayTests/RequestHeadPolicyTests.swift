import APIContract
import Gateway
import NIOHTTP1
import Testing

@Suite("Request head policy")
struct RequestHeadPolicyTests {
    let policy = RequestHeadPolicy(limits: RequestLimits())

    private func head(
        _ method: HTTPMethod = .GET, _ uri: String = "/a", _ version: HTTPVersion = .http1_1,
        _ fields: [(String, String)] = [("Host", "desk.example")]
    ) -> HTTPRequestHead {
        HTTPRequestHead(version: version, method: method, uri: uri, headers: HTTPHeaders(fields))
    }

    private func status(_ head: HTTPRequestHead) -> Int? {
        do {
            _ = try policy.accept(head)
            return nil
        } catch {
            return error.closesConnection ? error.error.status : -1
        }
    }

    @Test("what a request says about itself is read once")
    func reads() throws {
        let request = try policy.accept(
            head(
                .POST, "/a", .http1_1,
                [
                    ("host", "desk.example:8080"), ("Content-Length", "12"), ("Connection", "keep-alive, X-Mine, TE"),
                    ("Expect", "100-Continue"), ("Authorization", "Bearer t"), ("Cookie", "a=b"), ("Cookie", "c=d"),
                    ("X-Request-Id", "abcdefgh"), ("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-For", "5.6.7.8"),
                ]))
        #expect(request.host == "desk.example:8080")
        #expect(request.framing == .length(12))
        #expect(request.keepsAlive)
        #expect(request.connectionFields == ["x-mine", "te"])
        #expect(request.expectsContinue)
        #expect(request.authorization == "Bearer t")
        #expect(request.cookies == ["a=b", "c=d"])
        #expect(request.requestID == "abcdefgh")
        #expect(request.forwardedFor == ["1.2.3.4", "5.6.7.8"])
    }

    @Test(
        "a request whose end could be read in two ways is refused, and the connection closed",
        arguments: [
            [("Content-Length", "1"), ("Transfer-Encoding", "chunked")],
            [("Content-Length", "1"), ("Content-Length", "1")],
            [("Content-Length", "1, 1")], [("Content-Length", "+1")], [("Content-Length", "-1")],
            [("Content-Length", "0x1")], [("Content-Length", "")], [("Content-Length", "1 ")],
            [("Content-Length", "9999999999999999999")],
            [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
        ])
    func smuggling(fields: [(String, String)]) {
        #expect(status(head(.POST, "/a", .http1_1, [("Host", "a")] + fields)) == 400)
    }

    @Test(
        "a transfer coding that is not plainly chunked is not implemented",
        arguments: ["gzip, chunked", "chunked, chunked", "identity", "xchunked", "chunked;q=1", "chunke\u{0131}d"])
    func codings(value: String) {
        #expect(status(head(.POST, "/a", .http1_1, [("Host", "a"), ("Transfer-Encoding", value)])) == 501)
    }

    @Test(
        "the Host field is there once and is a host",
        arguments: [[], ["a", "a"], [""], ["a b"], ["a/b"], ["user@a"], ["a,b"], ["ä"], ["a\\b"], ["a?b"]])
    func host(hosts: [String]) {
        #expect(status(head(.GET, "/a", .http1_1, hosts.map { ("Host", $0) })) == 400)
    }

    @Test("HTTP/1.0 may leave the host out, but knows no chunks and no second request")
    func oldVersion() throws {
        let request = try policy.accept(head(.GET, "/a", .http1_0, [("Connection", "keep-alive")]))
        #expect(request.host == "")
        #expect(!request.keepsAlive)
        #expect(status(head(.POST, "/a", .http1_0, [("Transfer-Encoding", "chunked")])) == 400)
    }

    @Test("other versions are refused")
    func otherVersions() {
        #expect(status(head(.GET, "/a", HTTPVersion(major: 1, minor: 2))) == 400)
        #expect(status(head(.GET, "/a", HTTPVersion(major: 2, minor: 0))) == 400)
    }

    @Test("the limits are exact")
    func limits() {
        func uri(_ length: Int) -> Int? { status(head(.GET, "/" + String(repeating: "a", count: length - 1))) }
        #expect(uri(8192) == nil)
        #expect(uri(8193) == 414)
        func fields(_ count: Int) -> Int? {
            status(head(.GET, "/a", .http1_1, [("Host", "a")] + (1..<count).map { ("X-\($0)", "v") }))
        }
        #expect(fields(100) == nil)
        #expect(fields(101) == 431)
        // "Host: a\r\n" and "X: …\r\n" take 9 and 5 bytes besides the value.
        func bytes(_ count: Int) -> Int? {
            status(head(.GET, "/a", .http1_1, [("Host", "a"), ("X", String(repeating: "v", count: count - 14))]))
        }
        #expect(bytes(16384) == nil)
        #expect(bytes(16385) == 431)
        func body(_ length: Int) -> Int? {
            status(head(.POST, "/a", .http1_1, [("Host", "a"), ("Content-Length", "\(length)")]))
        }
        #expect(body(10_485_760) == nil)
        #expect(body(10_485_761) == 413)
    }

    @Test("fields that may occur once are refused twice", arguments: ["Authorization", "Origin", "Sec-Fetch-Site"])
    func twice(name: String) {
        #expect(status(head(.GET, "/a", .http1_1, [("Host", "a"), (name, "x"), (name.lowercased(), "x")])) == 400)
    }

    @Test("an id or a trace that is malformed or comes twice is not kept")
    func ids() throws {
        func id(_ values: [String]) throws -> String? {
            try policy.accept(head(.GET, "/a", .http1_1, [("Host", "a")] + values.map { ("X-Request-Id", $0) }))
                .requestID
        }
        #expect(try id(["abcdefgh"]) == "abcdefgh")
        #expect(try id(["short"]) == nil)
        #expect(try id(["abcdefgh", "abcdefgi"]) == nil)
        #expect(try id(["<script>alert</script>"]) == nil)
    }

    @Test("the only expectation is 100-continue")
    func expectation() {
        #expect(status(head(.POST, "/a", .http1_1, [("Host", "a"), ("Expect", "200-ok")])) == 417)
    }

    @Test("Connection: close and a wish to upgrade end the connection after the answer")
    func closing() throws {
        for (name, value) in [("Connection", "close"), ("Connection", "Close"), ("Upgrade", "h2c")] {
            #expect(try !policy.accept(head(.GET, "/a", .http1_1, [("Host", "a"), (name, value)])).keepsAlive)
        }
    }

    @Test("the authority of an absolute form replaces the Host field")
    func authority() throws {
        #expect(try policy.accept(head(.GET, "http://b/c")).host == "b")
        #expect(status(head(.GET, "http://user@b/c")) == 400)
    }
}
