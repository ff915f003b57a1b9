import APIContract
import Gateway
import NIOCore
import NIOHTTP1
import Testing

@Suite("Heads on the wire")
struct HeadWriterTests {
    private func upstream(
        _ method: HTTPMethod, _ uri: String, _ fields: [(String, String)], version: HTTPVersion = .http1_1
    ) throws -> [String] {
        let head = HTTPRequestHead(version: version, method: method, uri: uri, headers: HTTPHeaders(fields))
        let request = try RequestHeadPolicy(limits: RequestLimits()).accept(head)
        let proxies = try TrustedProxies("")
        let additions = RequestHeadWriter.Additions(
            forwarded: ForwardedRequest(request, peer: "203.0.113.9", isTrusted: false, proxies: proxies),
            requestID: "request-1", traceParent: "trace-1", milliseconds: 59_900)
        var buffer = ByteBuffer()
        RequestHeadWriter.write(
            request, additions, endpoint: UpstreamEndpoint(host: "::1", port: 80), into: &buffer)
        return String(buffer: buffer).components("\r\n")
    }

    private let own = [
        "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: http", "X-Forwarded-Host: desk.example",
        "X-Request-Id: request-1", "traceparent: trace-1", "X-Envoy-Expected-Rq-Timeout-Ms: 59900",
        "Via: 1.1 gateway",
    ]

    @Test("a request goes up with its own fields and ours, and nothing of the connection or of made-up identities")
    func request() throws {
        let lines = try upstream(
            .GET, "/a?b=c",
            [
                ("Host", "desk.example"), ("Accept", "*/*"), ("Connection", "close, X-Mine"), ("X-Mine", "1"),
                ("X-User-Id", "1"), ("Authorization", "Bearer t"), ("Keep-Alive", "1"), ("TE", "trailers"),
                ("X-Forwarded-For", "1.1.1.1"), ("Forwarded", "for=1.1.1.1"), ("Upgrade", "h2c"),
                ("Expect", "100-continue"),
                ("X-Request-Id", "abcdefgh"), ("Proxy-Authorization", "x"), ("Via", "1.0 before"),
            ])
        #expect(
            lines == [
                "GET /a?b=c HTTP/1.1", "Host: desk.example", "Accept: */*", "Authorization: Bearer t",
                "Via: 1.0 before",
            ]
                + own + ["", ""])
    }

    @Test(
        "Connection cannot take away what the gateway reads or says itself",
        arguments: [
            "Host", "Content-Length", "X-Forwarded-For", "X-Request-Id", "Via", "close, Authorization", "Cookie",
            "Origin",
            "traceparent", "Forwarded", "keep alive", "\"close\"",
        ])
    func connectionAbuse(option: String) throws {
        #expect(throws: RequestRefusal.self) {
            try upstream(
                .POST, "/a", [("Host", "desk.example"), ("Content-Length", "3"), ("Connection", option)])
        }
    }

    @Test(
        "the state of a trace goes up with a trace that is gone on with, and only then",
        arguments: [
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true), ("00-0af7-b7ad-01", false), (nil, false),
        ])
    func traceState(parent: String?, passes: Bool) throws {
        let fields = [("Host", "desk.example"), ("tracestate", "a=1")] + (parent.map { [("traceparent", $0)] } ?? [])
        #expect(try upstream(.GET, "/a", fields).contains("tracestate: a=1") == passes)
    }

    @Test("a chunked body stays chunked, and an old client's request becomes one of HTTP/1.1")
    func framing() throws {
        let chunked = try upstream(.PUT, "/a", [("Host", "desk.example"), ("transfer-encoding", "Chunked")])
        #expect(chunked == ["PUT /a HTTP/1.1", "Host: desk.example"] + own + ["Transfer-Encoding: chunked", "", ""])
        let old = try upstream(.GET, "/a", [], version: .http1_0)
        #expect(old.prefix(2) == ["GET /a HTTP/1.1", "Host: [::1]:80"])
    }

    // MARK: Answers

    private func answer(
        _ status: HTTPResponseStatus, _ fields: [(String, String)], to method: HTTPMethod = .GET,
        version: HTTPVersion = .http1_1, _ change: (inout AnswerContext) -> Void = { _ in }
    ) throws -> [String] {
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: HTTPHeaders(fields))
        let writer = try #require(ResponseHeadWriter(head, to: method, version: version))
        var context = AnswerContext(requestID: "request-1")
        change(&context)
        var buffer = ByteBuffer()
        writer.write(context, date: "now", into: &buffer)
        return String(buffer: buffer).components("\r\n")
    }

    @Test("an answer comes down with the upstream's fields, and every field that all answers carry")
    func response() throws {
        let lines = try answer(
            .ok,
            [
                ("Content-Type", "text/plain"), ("Content-Length", "5"), ("Connection", "keep-alive, X-Mine"),
                ("X-Mine", "1"),
                ("Server", "Hummingbird"), ("X-Request-Id", "other"), ("Access-Control-Allow-Origin", "*"),
                ("ETag", "\"1\""),
                ("x-frame-options", "SAMEORIGIN"),
            ]
        ) {
            $0.closesConnection = true
            $0.allowedOrigin = "https://desk.example"
            $0.variesByOrigin = true
            $0.isSecure = true
        }
        #expect(lines.first == "HTTP/1.1 200 OK")
        for expected in [
            "Content-Type: text/plain", "ETag: \"1\"", "x-frame-options: SAMEORIGIN", "X-Request-Id: request-1",
            "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer", "Connection: close", "Vary: Origin",
            "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'", "Content-Length: 5",
            "Access-Control-Allow-Origin: https://desk.example", "Access-Control-Allow-Credentials: true",
            "Strict-Transport-Security: max-age=31536000; includeSubDomains",
        ] {
            #expect(lines.count { $0 == expected } == 1, "\(expected)")
        }
        for forbidden in [
            "Server:", "X-Mine:", "X-Frame-Options:", "Connection: keep-alive", "Access-Control-Allow-Origin: *",
        ] {
            #expect(!lines.contains { $0.hasPrefix(forbidden) }, "\(forbidden)")
        }
    }

    @Test("an answer tells when it was made, once")
    func date() throws {
        #expect(try answer(.ok, []).count { $0 == "Date: now" } == 1)
        let own = try answer(.ok, [("date", "then")])
        #expect(own.contains("date: then") && !own.contains("Date: now"))
    }

    @Test(
        "the end of an answer is told in a way that the client understands",
        arguments: [
            ("GET", 200, "length", true, BodyFraming.length(5)), ("GET", 200, "chunked", true, .chunked),
            ("GET", 200, "chunked", false, .untilClose), ("GET", 200, "none", true, .chunked),
            ("GET", 200, "none", false, .untilClose), ("HEAD", 200, "length", true, .none),
            ("GET", 204, "none", true, .none), ("GET", 304, "length", true, .none),
        ])
    func framing(method: String, status: Int, body: String, isNew: Bool, expected: BodyFraming) {
        let fields = ["length": [("Content-Length", "5")], "chunked": [("Transfer-Encoding", "chunked")]][body] ?? []
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: HTTPHeaders(fields))
        let writer = ResponseHeadWriter(
            head, to: HTTPMethod(rawValue: method), version: isNew ? .http1_1 : .http1_0)
        #expect(writer?.framing == expected)
    }

    @Test("an answer that contradicts itself has no framing")
    func contradiction() {
        for fields in [
            [("Content-Length", "5"), ("Content-Length", "6")], [("Transfer-Encoding", "gzip")],
            [("Content-Length", "x")],
            [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
        ] {
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: HTTPHeaders(fields))
            #expect(ResponseHeadWriter(head, to: .GET, version: .http1_1)?.framing == nil)
        }
    }

    @Test("HEAD tells the length of the body that it does not send")
    func head() throws {
        let lines = try answer(.ok, [("Content-Length", "5")], to: .HEAD)
        #expect(lines.contains("Content-Length: 5"))
        #expect(try !answer(.noContent, [("Content-Length", "0")]).contains { $0.hasPrefix("Content-Length") })
    }

    @Test("trailers that could change what was read before are left out")
    func trailers() {
        var buffer = ByteBuffer()
        ChunkedCoding.writeEnd(
            [
                "Digest": "x", "Content-Length": "5", "X-User-Id": "1", "Transfer-Encoding": "chunked",
                "Set-Cookie": "a",
            ],
            into: &buffer)
        #expect(String(buffer: buffer) == "0\r\nDigest: x\r\n\r\n")
    }

    @Test("an answer of our own is complete")
    func ownAnswer() {
        var buffer = ByteBuffer()
        var context = AnswerContext(requestID: "request-1")
        context.closesConnection = true
        GatewayAnswer(.tooManyRequests(retryAfter: 3), requestID: "request-1")
            .write(context, includesBody: true, date: "now", into: &buffer)
        let text = String(buffer: buffer)
        #expect(text.hasPrefix("HTTP/1.1 429 Too Many Requests\r\nDate: now\r\nRetry-After: 3\r\n"))
        let body =
            "{\"detail\":\"Too many requests, try again later\",\"code\":\"rate_limited\",\"request_id\":\"request-1\"}"
        #expect(text.hasSuffix("Content-Length: \(body.utf8.count)\r\n\r\n\(body)"))
        #expect(text.contains("\r\nContent-Type: application/json\r\n"))
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        var (parts, rest) = ([String](), self[...])
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
