package import NIOHTTP1

/// Where a request goes, and what it must pass first.
package final class Route: Sendable {
    /// Who may use a route.
    package enum Access: Sendable, Hashable {
        /// Anybody; limited by address.
        case anonymous
        /// Callers with a valid access token; limited by user.
        case authenticated
    }

    /// Who answers a request.
    package enum Destination: Sendable, Hashable {
        case upstream(UpstreamName)
        /// The gateway itself, from what its health checks last saw.
        case health
    }

    /// A stable name, such as `strategies.list`: part of the limiter's keys and of log lines.
    package let name: String
    /// The methods that the route takes. `GET` includes `HEAD`.
    package let methods: [HTTPMethod]
    /// Segments separated by slashes; `{name}` stands for any one segment.
    package let path: String
    package let destination: Destination
    package let access: Access

    package init(
        _ name: String, _ methods: [HTTPMethod], _ path: String, to destination: Destination,
        access: Access = .authenticated
    ) {
        self.name = name
        self.methods = methods.contains(.GET) ? methods + [.HEAD] : methods
        self.path = path
        self.destination = destination
        self.access = access
    }
}

/// The name of a group of interchangeable services.
package enum UpstreamName: String, Sendable, Hashable, CaseIterable {
    case auth
    case strategies

    /// Its place among all upstreams, for tables that are looked up on every request.
    package var index: Int { self == .auth ? 0 : 1 }
}
