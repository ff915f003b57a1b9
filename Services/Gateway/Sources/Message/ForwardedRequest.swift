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
        let hops = proxies.hops(peer: peer, forwardedFor: request.forwardedFor)
        self.init(
            clientAddress: hops.last ?? peer,
            forwardedFor: hops.count == 1 ? peer : hops.reversed().joined(separator: ", "),
            proto: request.forwardedProto == "https" ? "https" : "http",
            host: request.forwardedHost.flatMap { Self.isHost($0) ? $0 : nil } ?? request.host)
    }

    private init(clientAddress: String, forwardedFor: String, proto: String, host: String) {
        self.clientAddress = clientAddress
        self.forwardedFor = forwardedFor
        self.proto = proto
        self.host = host
    }

    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count < 256 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2C }
    }
}
