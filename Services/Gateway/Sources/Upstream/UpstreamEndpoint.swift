package import NIOCore

/// The address of one instance of a service.
package struct UpstreamEndpoint: Sendable, Hashable, CustomStringConvertible {
    package let host: String
    package let port: Int
    /// The address when `host` is one already, or was looked up, so that connecting resolves nothing.
    package let address: SocketAddress?

    /// Reads `host:port` or `[address]:port`.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }) else {
            return nil
        }
        self.init(host: host, port: port)
    }

    package init(host: String, port: Int) { self.init(host: host, port: port, address: host) }

    /// - Parameter address: what a name stands for at the moment, as a number.
    package init(host: String, port: Int, address: String) {
        self.host = host
        self.port = port
        self.address = try? SocketAddress(ipAddress: address, port: port)
    }

    /// As a `Host` field names it.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
