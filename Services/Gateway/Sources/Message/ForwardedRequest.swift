package import APIContract

/// Where a request really came from, as far as peers that we trust can say.
package struct ForwardedRequest: Sendable, Hashable {
    /// The address that limits and logs count.
    package let clientAddress: String
    /// The `X-Forwarded-For` that goes upstream: the client's address, then the proxies it came through.
    package let forwardedFor: String
    /// `http` or `https`, as the client spoke it.
    package let proto: String
    /// The host that the client asked for.
    package let host: String

    /// - Parameters:
    ///   - peer: the address at the other end of the connection.
    ///   - isTrusted: whether that peer is one of `proxies`; worked out once a connection.
    package init(_ request: RequestHead, peer: String, isTrusted: Bool, proxies: TrustedProxies) {
        guard isTrusted else {
            self.init(clientAddress: peer, forwardedFor: peer, proto: "http", host: request.host)
            return
        }
        let (client, chain) = Self.chain(peer: peer, forwardedFor: request.forwardedFor, proxies: proxies)
        self.init(
            clientAddress: client, forwardedFor: chain,
            proto: request.forwardedProto == "https" ? "https" : "http",
            host: request.forwardedHost.flatMap { Self.isHost($0) ? $0 : nil } ?? request.host)
    }

    private init(clientAddress: String, forwardedFor: String, proto: String, host: String) {
        self.clientAddress = clientAddress
        self.forwardedFor = forwardedFor
        self.proto = proto
        self.host = host
    }

    /// Reads the list from right to left and keeps the part that trusted peers vouch for.
    ///
    /// What stands left of the client's own address was sent by the client, who may have made it up.
    private static func chain(
        peer: String, forwardedFor: [String], proxies: TrustedProxies
    ) -> (client: String, chain: String) {
        if forwardedFor.isEmpty { return (peer, peer) }
        let client = proxies.clientAddress(peer: peer, forwardedFor: forwardedFor)
        var hops = [peer]
        for value in forwardedFor.reversed() {
            for entry in value.split(separator: ",").reversed() {
                let hop = String(entry.filter { $0 != " " && $0 != "\t" })
                guard IPAddress(hop) != nil else { return (client, hops.reversed().joined(separator: ", ")) }
                hops.append(hop)
                guard proxies.contains(hop) else { return (client, hops.reversed().joined(separator: ", ")) }
            }
        }
        return (client, hops.reversed().joined(separator: ", "))
    }

    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count < 256 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2C }
    }
}
