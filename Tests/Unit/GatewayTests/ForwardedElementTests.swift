import APIContract
import Gateway
import NIOHTTP1
import Testing

@Suite("The Forwarded field")
struct ForwardedElementTests {
    private func forwarded(_ fields: [(String, String)], peer: String = "127.0.0.1") throws -> ForwardedRequest {
        let proxies = try TrustedProxies("127.0.0.0/8, 10.0.0.0/8")
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/", headers: HTTPHeaders([("Host", "desk.example")] + fields))
        let request = try RequestHeadPolicy(limits: RequestLimits()).accept(head)
        return ForwardedRequest(request, peer: peer, isTrusted: proxies.contains(peer), proxies: proxies)
    }

    @Test(
        "elements are read with their quotes, ports and white space",
        arguments: [
            ("for=192.0.2.60", "192.0.2.60"), ("For=192.0.2.60;proto=HTTP;by=203.0.113.43", "192.0.2.60"),
            ("for=\"192.0.2.43:47011\"", "192.0.2.43"), ("for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=\"[2001:db8::1]\"; host=\"a\\\"b\"", "2001:db8::1"), ("proto=https", nil), ("for=unknown", nil),
            ("for=_hidden, for=192.0.2.1", "192.0.2.1"), ("for=192.0.2.43 ,\tfor=198.51.100.17", "198.51.100.17"),
            ("secret=a;for=192.0.2.1;extension=\"a,b;c\"", "192.0.2.1"),
        ] as [(String, String?)])
    func elements(text: String, address: String?) throws {
        let elements = try #require(ForwardedElement.read([text]))
        #expect(elements.last?.address == address)
    }

    @Test(
        "what is malformed counts as nothing at all",
        arguments: [
            "", ",", "for", "for=", "=192.0.2.1", "for=192.0.2.1;", "for=192.0.2.1,", "for=\"192.0.2.1", "for=a for=b",
            "for=192.0.2.1;for=192.0.2.2", "for=\"a\"b", "for=[2001:db8::1]; =a", "for=192.0.2.1, \"", "for=\"\\",
        ])
    func malformed(text: String) throws {
        #expect(ForwardedElement.read(["for=192.0.2.9", text]) == nil)
        let request = try forwarded([("Forwarded", text), ("Forwarded", "for=10.0.0.1;proto=https")])
        #expect(request.clientAddress == "127.0.0.1" && request.proto == "http")
    }

    @Test(
        "a trusted peer's list is read from the right, as with X-Forwarded-For",
        arguments: [
            ("for=203.0.113.9", "203.0.113.9", "203.0.113.9, 127.0.0.1"),
            ("for=1.1.1.1, for=203.0.113.9", "203.0.113.9", "203.0.113.9, 127.0.0.1"),
            ("for=1.1.1.1, for=203.0.113.9, for=10.0.0.1", "203.0.113.9", "203.0.113.9, 10.0.0.1, 127.0.0.1"),
            ("for=1.1.1.1, for=unknown, for=10.0.0.1", "10.0.0.1", "10.0.0.1, 127.0.0.1"),
            ("for=1.1.1.1, proto=https", "127.0.0.1", "127.0.0.1"),
            ("for=\"[2001:db8::1]:7\"", "2001:db8::1", "2001:db8::1, 127.0.0.1"),
        ])
    func trusted(list: String, client: String, chain: String) throws {
        let request = try forwarded([("Forwarded", list)])
        #expect(request.clientAddress == client)
        #expect(request.forwardedFor == chain)
    }

    @Test("scheme and host are the client's, as the proxy next to it saw them")
    func schemeAndHost() throws {
        let list =
            "for=1.1.1.1;proto=gopher;host=evil.example, for=203.0.113.9;proto=https;host=\"desk.example:443\", "
            + "for=10.0.0.1;proto=http;host=inside"
        let request = try forwarded([("Forwarded", list)])
        #expect(request.proto == "https" && request.host == "desk.example:443")
        let hidden = try forwarded([("Forwarded", "for=_a;proto=https;host=desk.example:443")])
        #expect(hidden.proto == "https" && hidden.host == "desk.example:443" && hidden.clientAddress == "127.0.0.1")
        let odd = try forwarded([("Forwarded", "for=203.0.113.9;proto=gopher;host=\"a, b\"")])
        #expect(odd.proto == "http" && odd.host == "desk.example")
    }

    @Test("the two forms are never mixed, and a stranger is believed in neither")
    func forms() throws {
        let both = try forwarded([("Forwarded", "for=1.1.1.1;proto=https"), ("X-Forwarded-For", "203.0.113.9")])
        #expect(both.clientAddress == "203.0.113.9" && both.proto == "http")
        let stranger = try forwarded([("Forwarded", "for=1.1.1.1;proto=https;host=evil")], peer: "203.0.113.9")
        #expect(stranger.clientAddress == "203.0.113.9" && stranger.proto == "http" && stranger.host == "desk.example")
    }
}
