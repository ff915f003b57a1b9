import HTTPTypes
import Hummingbird

/// The routes of a router by path, asked only where the router found none: it tells a wrong method from a wrong path.
struct RouteTable: Sendable {
    private let routes: [(path: RouterPath, method: HTTPRequest.Method)]

    init(_ routes: [(path: RouterPath, method: HTTPRequest.Method)]) { self.routes = routes }

    /// The methods that a path answers, for `Allow`; empty when there is no such path.
    func methods(for path: String) -> [String] {
        let segments = path.split(separator: "/")
        let matches = routes.filter { route in
            route.path.components.count == segments.count
                && zip(route.path.components, segments).allSatisfy { $0 ~= $1 }
        }
        return Set(matches.map(\.method.rawValue)).sorted()
    }
}
