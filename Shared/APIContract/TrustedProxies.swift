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

    package func contains(_ address: String) -> Bool { IPAddress(address).map(contains) ?? false }

    private func contains(_ address: IPAddress) -> Bool { blocks.contains { $0.contains(address) } }

    /// The client's address: the right-most entry of `X-Forwarded-For` that is not one of ours.
    ///
    /// `forwardedFor` holds the header's values in the order they came.
    package func clientAddress(peer: String, forwardedFor: [String]) -> String {
        hops(peer: peer, forwardedFor: forwardedFor).last ?? peer
    }

    /// The way a request came, from the peer back to the client, as far as peers that we trust vouch for it.
    ///
    /// The list is read from right to left, because only what our own proxies appended is true; an entry that is no
    /// address ends the reading, and so does the first that is not one of ours: that is the client, who may have made up
    /// what stands left of it.
    package func hops(peer: String, forwardedFor: [String]) -> [String] {
        contains(peer) ? hops(trustedPeer: peer, forwardedFor: forwardedFor) : [peer]
    }

    /// The same for a peer that is known to be one of ours.
    package func hops(trustedPeer peer: String, forwardedFor: [String]) -> [String] {
        var hops = [peer]
        for value in forwardedFor.reversed() {
            if let address = IPAddress(value) {
                hops.append(value)
                guard contains(address) else { return hops }
                continue
            }
            for entry in value.utf8.split(separator: UInt8(ascii: ",")).reversed() {
                let hop = Self.trimmed(entry)
                guard let address = IPAddress(hop) else { return hops }
                hops.append(hop)
                guard contains(address) else { return hops }
            }
        }
        return hops
    }

    private static func trimmed(_ entry: Substring.UTF8View) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var entry = entry.drop(while: isSpace)
        while let last = entry.last, isSpace(last) { entry.removeLast() }
        return String(Substring(entry))
    }
}
