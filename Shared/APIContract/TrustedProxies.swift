package import NIOCore

/// The peers whose `X-Forwarded-For` is believed.
package struct TrustedProxies: Sendable {
    private let blocks: [CIDRBlock]

    /// Reads a comma-separated list of CIDR blocks and addresses, such as `127.0.0.0/8, ::1`.
    ///
    /// - Throws: ``CIDRBlock/Malformed`` naming the entry that is none.
    package init(_ list: String) throws(CIDRBlock.Malformed) {
        var blocks: [CIDRBlock] = []
        for entry in list.split(separator: ",") {
            blocks.append(try CIDRBlock(String(entry.filter { $0 != " " })))
        }
        self.blocks = blocks
    }

    /// Whether a peer is one of ours. A Unix socket's peer is: only this machine's users reach it.
    package func contains(_ peer: SocketAddress) -> Bool {
        switch peer {
        case .unixDomainSocket: true
        case .v4, .v6: peer.ipAddress.map(contains) ?? false
        }
    }

    package func contains(_ address: String) -> Bool {
        guard let bytes = IPAddress(address) else { return false }
        return blocks.contains { $0.contains(bytes) }
    }

    /// The client's address: the right-most entry of `X-Forwarded-For` that is not one of ours.
    ///
    /// The list is read from right to left, because only what our own proxies appended is true; an entry that is no
    /// address ends the reading. `forwardedFor` holds the header's values in the order they came.
    package func clientAddress(peer: String, forwardedFor: [String]) -> String {
        guard contains(peer) else { return peer }
        var client = peer
        for value in forwardedFor.reversed() {
            for entry in value.split(separator: ",").reversed() {
                let candidate = String(entry.filter { $0 != " " && $0 != "\t" })
                guard IPAddress(candidate) != nil else { return client }
                client = candidate
                guard contains(candidate) else { return client }
            }
        }
        return client
    }
}
