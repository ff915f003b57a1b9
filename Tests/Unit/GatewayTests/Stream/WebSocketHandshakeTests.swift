import APIContract
import Events
import Gateway
import NIOCore
import NIOHTTP1
import Testing

@Suite("The WebSocket handshake")
struct WebSocketHandshakeTests {
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private static let good = [
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key,
    ]

    private func request(
        _ fields: [String: String], _ more: [(String, String)] = [], method: HTTPMethod = .GET,
        version: HTTPVersion = .http1_1, uri: String = "/api/v1/stream"
    ) throws -> RequestHead {
        try RequestHeadPolicy(limits: RequestLimits()).accept(
            HTTPRequestHead(
                version: version, method: method, uri: uri,
                headers: HTTPHeaders([("Host", "a")] + fields.map { ($0.key, $0.value) } + more)))
    }

    private func status(_ request: RequestHead) -> Int {
        do {
            _ = try WebSocketHandshake(request)
            return 101
        } catch {
            return error.status
        }
    }

    @Test("a good one is answered with the accept value of the key")
    func good() throws {
        let handshake = try WebSocketHandshake(request(Self.good))
        #expect(handshake.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        var answer = ByteBuffer()
        var context = AnswerContext(requestID: "request-1")
        context.closesConnection = true
        handshake.write(context, fields: [.init("Last-Event-ID", "5-0")], date: "now", into: &answer)
        let text = String(buffer: answer)
        #expect(text.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n") && text.hasSuffix("\r\n\r\n"))
        #expect(text.contains("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"))
        #expect(text.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        #expect(text.contains("\r\nLast-Event-ID: 5-0\r\n") && text.contains("\r\nX-Request-Id: request-1\r\n"))
        #expect(!text.contains("close") && !text.contains("Sec-WebSocket-Extensions"))
    }

    @Test("names compare without case, and stand in lists")
    func lists() throws {
        var fields = Self.good
        fields["Connection"] = "keep-alive, UPGRADE"
        fields["Upgrade"] = "h2c, WebSocket"
        #expect(status(try request(fields)) == 101)
    }

    @Test("a request for something else is told what this is")
    func upgradeRequired() throws {
        #expect(status(try request([:])) == 426)
        for (name, value) in [
            ("Connection", "keep-alive"), ("Upgrade", "h2c"), ("Upgrade", "websockets"),
            ("Sec-WebSocket-Version", "8"), ("Sec-WebSocket-Version", "13, 8"),
        ] {
            var fields = Self.good
            fields[name] = value
            #expect(status(try request(fields)) == 426, "\(name): \(value)")
        }
        #expect(WebSocketHandshake.upgradeRequired.headers.contains(.init("Sec-WebSocket-Version", "13")))
    }

    @Test("a wish that is wrong in itself is malformed")
    func malformed() throws {
        for key in ["", "dGhl", "dGhlIHNhbXBsZSBub25jZQ", Self.key + "AAAA", "!!!!!!!!!!!!!!!!!!!!!!=="] {
            var fields = Self.good
            fields["Sec-WebSocket-Key"] = key
            #expect(status(try request(fields)) == 400, "\(key)")
        }
        var fields = Self.good
        fields["Sec-WebSocket-Key"] = nil
        #expect(status(try request(fields)) == 400)
        #expect(status(try request(Self.good, [("Sec-WebSocket-Key", Self.key)])) == 400)
        #expect(status(try request(Self.good, [("Sec-WebSocket-Version", "13")])) == 426)
        #expect(status(try request(Self.good, [("Content-Length", "3")])) == 400)
        #expect(status(try request(Self.good, method: .POST)) == 400)
        #expect(status(try request(Self.good, version: .http1_0)) == 400)
    }

    @Test("what a browser sends must come from our own pages, what a program sends may come from anywhere")
    func origins() throws {
        let policy = CrossSitePolicy(origins: ["https://desk.example"])
        func allows(_ fields: [(String, String)], _ credentials: Credentials) throws -> Bool {
            policy.allows(handshake: try request(Self.good, fields), with: credentials)
        }
        for credentials in [Credentials.none, .bearer("t")] {
            #expect(try allows([], credentials))
            #expect(try allows([("Origin", "https://desk.example")], credentials))
            #expect(try allows([("Origin", "https://desk.example"), ("Sec-Fetch-Site", "cross-site")], credentials))
            #expect(try allows([("Origin", "http://x"), ("Sec-Fetch-Site", "same-origin")], credentials))
            #expect(try !allows([("Origin", "https://evil.example")], credentials))
            #expect(try !allows([("Origin", "null")], credentials))
        }
        #expect(try allows([("Sec-Fetch-Site", "same-origin")], .cookies(.init(access: "t"))))
        #expect(try allows([("Origin", "https://desk.example")], .cookies(.init(access: "t"))))
        for fields in [
            [], [("Origin", "https://evil.example")], [("Sec-Fetch-Site", "cross-site")],
            [("Origin", "https://desk.example"), ("Sec-Fetch-Site", "same-site")],
        ] {
            #expect(try !allows(fields, .cookies(.init(access: "t"))), "\(fields)")
        }
    }

    @Test("where a client goes on from stands in the query, or in a field")
    func resumption() throws {
        func resumption(_ uri: String, _ fields: [(String, String)] = []) throws -> StreamResumption {
            StreamResumption(try request(Self.good, fields, uri: uri))
        }
        let path = "/api/v1/stream"
        #expect(try resumption(path) == .none && resumption(path + "?") == .none && resumption(path + "?a=b") == .none)
        let after = StreamResumption.after(.init(milliseconds: 7, sequence: 1))
        #expect(try resumption(path + "?last_event_id=7-1") == after)
        #expect(try resumption(path + "?a=b&last_event_id=7-1&last_event_id=9-9") == after)
        #expect(try resumption(path, [("Last-Event-ID", "7-1")]) == after)
        for text in ["", "7", "7-", "-1", "+7-1", "7-1-1", "a-b", "99999999999999999999999-1", "7-1%20"] {
            #expect(try resumption(path + "?last_event_id=\(text)") == .unknown, "\(text)")
        }
    }
}
