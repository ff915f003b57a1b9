/// Which endpoints a service has: what its configuration names, and what the names among them stand for at the moment.
package struct EndpointList: Sendable, Hashable {
    /// As configured: a host may be a name.
    package private(set) var configured: [UpstreamEndpoint]
    /// What each name stood for when it was last looked up.
    private var addresses: [String: [String]] = [:]

    package init(_ configured: [UpstreamEndpoint]) { self.configured = configured }

    /// Hosts to be looked up, each once.
    package var names: [String] {
        var seen: Set<String> = []
        return configured.filter { $0.address == nil && seen.insert($0.host).inserted }.map(\.host)
    }

    /// Names that stay keep their addresses; new ones stand for themselves until they are looked up.
    package mutating func configure(_ endpoints: [UpstreamEndpoint]) {
        configured = endpoints
        let names = Set(names)
        addresses = addresses.filter { names.contains($0.key) }
    }

    /// A name was looked up.
    ///
    /// - Parameter found: numeric addresses. None means that looking up failed, and changes nothing: an outage of the name
    ///   service must not take the services away with it. Where there are addresses of both families, each instance is
    ///   named twice, so those of IPv4 are taken.
    package mutating func resolved(_ name: String, to found: [String]) {
        let ofVersion4 = found.filter { !$0.contains(":") }
        let taken = ofVersion4.isEmpty ? found : ofVersion4
        guard !taken.isEmpty else { return }
        addresses[name] = Set(taken).sorted()
    }

    /// The endpoints of now, each once, at most ``EndpointSet/capacity``.
    package var endpoints: [UpstreamEndpoint] {
        var seen: Set<UpstreamEndpoint> = []
        let all = configured.flatMap { endpoint in
            addresses[endpoint.host]?.map { UpstreamEndpoint(host: endpoint.host, port: endpoint.port, address: $0) }
                ?? [endpoint]
        }
        return Array(all.filter { seen.insert($0).inserted }.prefix(EndpointSet.capacity))
    }
}
