package import NIOHTTP1

/// Finds the route of a request: a tree of path segments, where a literal wins over a parameter.
package struct Router: Sendable {
    package enum Outcome: Sendable {
        case route(Route)
        /// The path exists; the value is what the `Allow` header says.
        case methodNotAllowed(allow: [String])
        case notFound
    }

    private struct Node {
        var literals: [(segment: [UInt8], node: Int)] = []
        var parameter: Int?
        var routes: [(method: HTTPMethod, route: Route)] = []
    }

    private var nodes = [Node()]

    package init(_ routes: [Route]) {
        for route in routes { insert(route) }
    }

    /// The route of a method and a path.
    ///
    /// - Parameter path: an absolute path without query, checked by ``RequestTarget``. It is compared as it came: no
    ///   percent-decoding, so that the gateway and the upstream can never read one path in two ways.
    package func route(_ method: HTTPMethod, path: some StringProtocol) -> Outcome {
        guard let node = node(at: path) else { return .notFound }
        if let match = nodes[node].routes.first(where: { $0.method == method }) { return .route(match.route) }
        return .methodNotAllowed(allow: nodes[node].routes.map(\.method.rawValue) + ["OPTIONS"])
    }

    /// The methods that some route takes at a path; empty when the path does not exist.
    package func methods(path: some StringProtocol) -> [HTTPMethod] {
        node(at: path).map { nodes[$0].routes.map(\.method) } ?? []
    }

    private func node(at path: some StringProtocol) -> Int? {
        let match = path.utf8.withContiguousStorageIfAvailable { find($0, from: 1, at: 0) }
        return match ?? Array(path.utf8).withUnsafeBufferPointer { find($0, from: 1, at: 0) }
    }

    private func find(_ path: UnsafeBufferPointer<UInt8>, from start: Int, at node: Int) -> Int? {
        guard start <= path.count else { return nodes[node].routes.isEmpty ? nil : node }
        var end = start
        while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
        for (literal, child) in nodes[node].literals where literal.count == end - start {
            guard literal.elementsEqual(path[start..<end]) else { continue }
            if let found = find(path, from: end + 1, at: child) { return found }
        }
        guard let child = nodes[node].parameter, end > start else { return nil }
        return find(path, from: end + 1, at: child)
    }

    private mutating func insert(_ route: Route) {
        var node = 0
        for segment in route.path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            node = segment.hasPrefix("{") ? parameter(of: node) : literal(Array(segment.utf8), of: node)
        }
        for method in route.methods { nodes[node].routes.append((method, route)) }
    }

    private mutating func parameter(of node: Int) -> Int {
        if let child = nodes[node].parameter { return child }
        nodes.append(Node())
        nodes[node].parameter = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func literal(_ segment: [UInt8], of node: Int) -> Int {
        if let child = nodes[node].literals.first(where: { $0.segment == segment }) { return child.node }
        nodes.append(Node())
        nodes[node].literals.append((segment, nodes.count - 1))
        return nodes.count - 1
    }
}
