import APIContract
import Testing

@Suite("Whose word counts for a client's address")
struct TrustedProxiesTests {
    private let proxies: TrustedProxies

    init() throws { proxies = try TrustedProxies("127.0.0.0/8, ::1, 10.0.0.0/8") }

    @Test("the right-most address that is not one of ours is the client's")
    func rightToLeft() {
        let client = proxies.clientAddress(peer: "127.0.0.1", forwardedFor: ["6.6.6.6, 203.0.113.7, 10.1.2.3"])
        #expect(client == "203.0.113.7")
    }

    @Test("a stranger's header is not read at all")
    func untrustedPeer() {
        #expect(proxies.clientAddress(peer: "198.51.100.1", forwardedFor: ["10.0.0.1"]) == "198.51.100.1")
    }

    @Test("several headers are one list, in their order")
    func severalHeaders() {
        #expect(
            proxies.clientAddress(peer: "::1", forwardedFor: ["6.6.6.6", "203.0.113.7", "10.0.0.9"]) == "203.0.113.7")
    }

    @Test("an entry that is no address ends the reading", arguments: ["unknown", "", "203.0.113.7:80", "<script>"])
    func garbage(entry: String) {
        #expect(proxies.clientAddress(peer: "127.0.0.1", forwardedFor: ["6.6.6.6, \(entry), 10.0.0.1"]) == "10.0.0.1")
    }

    @Test("an IPv4 address mapped into IPv6 is the IPv4 address")
    func mapped() {
        #expect(proxies.contains("::ffff:10.0.0.1"))
        #expect(!proxies.contains("::ffff:11.0.0.1"))
    }

    @Test(
        "a list with something that is no block is refused by name", arguments: ["10.0.0.0/33", "localhost", "::1/129"])
    func malformed(list: String) {
        #expect(throws: CIDRBlock.Malformed.self) { try TrustedProxies(list) }
    }

    @Test("prefixes that end inside a byte are told apart")
    func oddPrefix() throws {
        let block = try CIDRBlock("172.16.0.0/12")
        #expect(try block.contains(#require(IPAddress("172.31.255.255"))))
        #expect(try !block.contains(#require(IPAddress("172.32.0.0"))))
    }

    @Test("a limit by address counts an IPv6 network of 64 bits as one")
    func limitedPrefix() throws {
        let one = try #require(IPAddress("2001:db8:1:2:3::1")), other = try #require(IPAddress("2001:db8:1:2:ffff::9"))
        #expect(one.limitedPrefix == other.limitedPrefix)
        #expect(try one.limitedPrefix != #require(IPAddress("2001:db8:1:3::1")).limitedPrefix)
    }
}
