package import NIOCore

/// The address of one instance of a service: a host and a port, or a Unix socket on this machine.
package struct UpstreamEndpoint: Sendable, Hashable, CustomStringConvertible {
    private static let socketPrefix = "unix:"

    /// Of a Unix socket, its path with `unix:` before it.
    package let host: String
    /// 0 of a Unix socket.
    package let port: Int
    /// The address when `host` is one already, or was looked up, so that connecting resolves nothing.
    package let address: SocketAddress?

    /// Reads `host:port`, `[address]:port` or `unix:/absolute/path`.
    package init?(_ text: String) {
        if text.hasPrefix(Self.socketPrefix) {
            self.init(socketPath: text.dropFirst(Self.socketPrefix.count))
        } else {
            self.init(hostAndPort: text)
        }
    }

    private init?(hostAndPort text: String) {
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

    private init?(socketPath path: Substring) {
        guard path.hasPrefix("/"), let address = try? SocketAddress(unixDomainSocketPath: String(path)) else {
            return nil
        }
        host = Self.socketPrefix + path
        port = 0
        self.address = address
    }

    package init(host: String, port: Int) { self.init(host: host, port: port, address: host) }

    /// - Parameter address: what a name stands for at the moment, as a number.
    package init(host: String, port: Int, address: String) {
        self.host = host
        self.port = port
        self.address = try? SocketAddress(ipAddress: address, port: port)
    }

    package var socketPath: String? {
        host.hasPrefix(Self.socketPrefix) ? String(host.dropFirst(Self.socketPrefix.count)) : nil
    }

    /// What a `Host` field names where the client named none.
    package var authority: String { socketPath == nil ? description : "localhost" }

    package var description: String {
        if port == 0 { return host }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
