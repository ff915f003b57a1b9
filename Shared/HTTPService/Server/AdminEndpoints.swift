import APIContract
import HTTPTypes
package import Hummingbird
import JSON
import NIOCore
package import PrometheusMetrics

/// The probes of the private admin port: `/livez` while the process runs, `/readyz` while it can serve, and `/metrics`.
///
/// `POST /drain` takes the process out of use before it is told to stop: readiness fails and every answer says
/// `Connection: close`, and the port goes on accepting until the signal comes. There is no way back.
package struct AdminEndpoints: Sendable {
    private let drain: DrainState
    private let health: HealthReport
    private let metrics: MetricsReport

    package init(drain: DrainState, health: HealthReport, metrics: MetricsReport = MetricsReport()) {
        self.drain = drain
        self.health = health
        self.metrics = metrics
    }

    package func addRoutes(to router: Router<ServiceRequestContext>) {
        router.get("/livez") { _, _ in Response.json(#"{"status":"ok"}"#) }
        router.get("/readyz") { _, _ in readiness() }
        router.get("/metrics") { [metrics] _, _ in
            Response(
                status: .ok, headers: [.contentType: PrometheusText.mediaType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: await metrics.text())))
        }
        router.post("/drain") { [drain] _, _ in
            drain.beginDraining()
            return Response(status: .noContent)
        }
    }

    private func readiness() -> Response {
        if drain.isDraining { return unready("draining") }
        guard drain.isServing else { return unready("starting") }
        let unusable = health.unusableComponents
        return unusable.isEmpty
            ? .json(#"{"status":"ready"}"#) : unready("waiting for \(unusable.joined(separator: ", "))")
    }

    private func unready(_ status: String) -> Response {
        .json("{\"status\":\(status.jsonEscaped)}", status: .serviceUnavailable)
    }
}
