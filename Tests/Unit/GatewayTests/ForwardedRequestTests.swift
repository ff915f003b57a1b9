import APIContract
import Gateway
import NIOHTTP1
import Testing

@Suite("Forwarded requests")
struct ForwardedRequestTests {
    private func forwarded(_ fields: [(String, String)], peer: String = "127.0.0.1") throws -> ForwardedRequest {
        let proxies = try TrustedProxies("127.0.0.0/8, 10.0.0.0/8")
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/", headers: HTTPHeaders([("Host", "desk.example")] + fields))
        let request = try RequestHeadPolicy(limits: RequestLimits()).accept(head)
        return ForwardedRequest(request, peer: peer, isTrusted: proxies.contains(peer), proxies: proxies)
    }

    @Test("a peer that is not trusted speaks for itself alone")
    func untrusted() throws {
        let request = try forwarded(
            [("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example")],
            peer: "203.0.113.9")
        #expect(request.clientAddress == "203.0.113.9")
        #expect(request.forwardedFor == "203.0.113.9")
        #expect(request.proto == "http")
        #expect(request.host == "desk.example")
    }

    @Test(
        "a trusted peer's list is read from the right, and what the client made up is left out",
        arguments: [
            ("203.0.113.9", "203.0.113.9", "203.0.113.9, 127.0.0.1"),
            ("1.1.1.1, 203.0.113.9", "203.0.113.9", "203.0.113.9, 127.0.0.1"),
            ("1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9", "203.0.113.9, 10.0.0.1, 127.0.0.1"),
            ("unknown, 10.0.0.1", "10.0.0.1", "10.0.0.1, 127.0.0.1"), ("<script>", "127.0.0.1", "127.0.0.1"),
            ("10.0.0.2, 10.0.0.1", "10.0.0.2", "10.0.0.2, 10.0.0.1, 127.0.0.1"),
            ("2001:db8::1", "2001:db8::1", "2001:db8::1, 127.0.0.1"),
        ])
    func trusted(list: String, client: String, chain: String) throws {
        let request = try forwarded([("X-Forwarded-For", list)])
        #expect(request.clientAddress == client)
        #expect(request.forwardedFor == chain)
    }

    @Test("several lines count as one list")
    func lines() throws {
        let request = try forwarded([("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-For", "203.0.113.9,10.0.0.1")])
        #expect(request.clientAddress == "203.0.113.9")
    }

    @Test("scheme and host are taken from a trusted peer, if they are ones")
    func schemeAndHost() throws {
        let request = try forwarded([("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "desk.example:443")])
        #expect(request.proto == "https")
        #expect(request.host == "desk.example:443")
        let odd = try forwarded([("X-Forwarded-Proto", "gopher"), ("X-Forwarded-Host", "a, b")])
        #expect(odd.proto == "http")
        #expect(odd.host == "desk.example")
    }
}
