import HTTPTypes
package import Hummingbird
package import JSON

/// What a process depends on, and whether each of it can be used now.
package struct HealthReport: Sendable {
    package struct Component: Sendable {
        package let name: String
        package let isUsable: @Sendable () -> Bool
        package let report: @Sendable (_ isUsable: Bool) -> JSONValue

        /// - Parameter report: the member's value in `/health`; `"ok"` or `"unavailable"` unless it says more.
        package init(
            _ name: String, isUsable: @escaping @Sendable () -> Bool,
            report: @escaping @Sendable (_ isUsable: Bool) -> JSONValue = { .string($0 ? "ok" : "unavailable") }
        ) {
            self.name = name
            self.isUsable = isUsable
            self.report = report
        }
    }

    private let components: [Component]

    package init(_ components: [Component]) { self.components = components }

    package var unusableComponents: [String] { components.filter { !$0.isUsable() }.map(\.name) }

    /// `GET /health` of the public port, which the gateway asks: 200, or 503 while it cannot serve or drains.
    package func addRoute(to router: Router<ServiceRequestContext>, drain: DrainState) {
        router.get("/health") { _, _ in answer(isDraining: drain.isDraining) }
    }

    package func answer(isDraining: Bool) -> Response {
        var body = JSONObject()
        body["status"] = .string("ok")
        var isServing = !isDraining
        for component in components {
            let isUsable = component.isUsable()
            body[component.name] = component.report(isUsable)
            isServing = isServing && isUsable
        }
        if !isServing { body["status"] = .string(isDraining ? "draining" : "unavailable") }
        return .json(JSONValue.object(body).serialized(), status: isServing ? .ok : .serviceUnavailable)
    }
}
