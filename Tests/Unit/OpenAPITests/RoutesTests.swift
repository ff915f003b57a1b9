import Testing

@Suite("docs/openapi.yaml and the routes")
struct RoutesTests {
    private static let document = "docs/openapi.yaml"
    private static let file = "deploy/gateway/gateway.yaml"

    @Test("every route of the gateway is documented")
    func gatewayRoutes() throws {
        let documented = try Contract.read().endpoints
        for (endpoint, route, _) in try ServedEndpoints.ofGateway() where !documented.contains(endpoint) {
            Issue.record(
                """
                \(Self.document) lacks \(endpoint), the route \(route) of \(Self.file). Add under `paths`, like its neighbours, \
                with an operationId, a summary, its parameters and body, each answer that is its own, and `default`:

                  \(endpoint.path):
                    \(endpoint.method.lowercased()):
                """)
        }
    }

    @Test("every documented operation is a route of the gateway")
    func operations() throws {
        let served = Set(try ServedEndpoints.ofGateway().map(\.endpoint))
        for endpoint in try Contract.read().endpoints.sorted() where !served.contains(endpoint) {
            Issue.record(
                "\(Self.document) has \(endpoint), which no route of \(Self.file) serves: add the route, or remove the operation."
            )
        }
    }

    @Test("every route of a service's router is a route of the gateway to that service")
    func routers() async throws {
        let gateway = try ServedEndpoints.ofGateway()
        for (service, endpoints) in try await ServedEndpoints.ofServices() {
            #expect(!endpoints.isEmpty, "The router of \(service) tells no routes.")
            let routed = Set(gateway.filter { $0.service == service }.map(\.endpoint))
            for endpoint in endpoints.subtracting(routed).sorted() {
                Issue.record(
                    "The router of \(service) serves \(endpoint), and no route of \(Self.file) leads there: add one, and the operation to \(Self.document)."
                )
            }
            for endpoint in routed.subtracting(endpoints).sorted() {
                Issue.record("\(Self.file) sends \(endpoint) to \(service), whose router does not know it.")
            }
        }
    }

    @Test("parameters of a path are called the same in the document and in the gateway's file")
    func parameterNames() throws {
        let routes = Dictionary(
            try ServedEndpoints.ofGateway().map { ($0.endpoint, $0.endpoint.path) },
            uniquingKeysWith: { first, _ in first })
        for operation in try Contract.read().operations {
            guard let path = routes[operation.endpoint], path.contains("{") else { continue }
            #expect(operation.endpoint.path == path)
        }
    }
}
