package import NIOCore

/// Where the cluster is: `http://HOST[:PORT]`.
package struct LoadURL: Sendable, Hashable {
    package let name: String
    package let port: Int

    /// - Throws: ``LoadFailure`` for another form; what comes after the port is no part of it.
    package init(_ text: String) throws(LoadFailure) {
        guard text.hasPrefix("http://") else {
            throw LoadFailure("\(text) does not begin with http://: give the load test an address without TLS.")
        }
        let authority = text.dropFirst("http://".count).prefix { $0 != "/" }
        guard authority.count == text.count - 7 || text.hasSuffix("/") && authority.count == text.count - 8 else {
            throw LoadFailure("\(text) has a path: the base URL of the API is wanted.")
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty, parts.count <= 2,
            let port = parts.count == 2 ? Int(parts[1]) : 80, (1...65_535).contains(port)
        else { throw LoadFailure("\(text) is no URL such as http://127.0.0.1:8080.") }
        self.name = String(name)
        self.port = port
    }

    package var host: String { port == 80 ? name : "\(name):\(port)" }
    package var text: String { "http://\(host)" }

    /// - Throws: ``LoadFailure`` when the name cannot be looked up.
    package func address() throws -> SocketAddress {
        do {
            return try SocketAddress.makeAddressResolvingHost(name, port: port)
        } catch {
            throw LoadFailure("The address of \(name) cannot be found.")
        }
    }
}
