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
        // A proxy that writes one of the two forms may pass the client's other form on, so they are never mixed.
        if request.forwardedFor.isEmpty, !request.forwarded.isEmpty {
            self.init(elements: request.forwarded, of: request, peer: peer, proxies: proxies)
            return
        }
        let hops = proxies.hops(trustedPeer: peer, forwardedFor: request.forwardedFor)
        self.init(
            hops: hops, proto: request.forwardedProto, host: request.forwardedHost, of: request)
    }

    /// RFC 7239. Scheme and host are what the proxy next to the client says.
    private init(elements values: [String], of request: RequestHead, peer: String, proxies: TrustedProxies) {
        let elements = ForwardedElement.read(values) ?? []
        let hops = proxies.hops(trustedPeer: peer, forwardedFor: elements.map { $0.address ?? "unknown" })
        let nearest = elements.suffix(max(1, hops.count - 1)).first
        self.init(hops: hops, proto: nearest?.proto, host: nearest?.host, of: request)
    }

    private init(hops: [String], proto: String?, host: String?, of request: RequestHead) {
        self.init(
            clientAddress: hops.last ?? "",
            forwardedFor: hops.dropLast().reversed().reduce(hops.last ?? "") { $0 + ", " + $1 },
            proto: proto == "https" ? "https" : "http",
            host: host.flatMap { Authority.isWellFormed($0) && $0.utf8.count < 256 ? $0 : nil } ?? request.host)
    }

    private init(clientAddress: String, forwardedFor: String, proto: String, host: String) {
        self.clientAddress = clientAddress
        self.forwardedFor = forwardedFor
        self.proto = proto
        self.host = host
    }
}
