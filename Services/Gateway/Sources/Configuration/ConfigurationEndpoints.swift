package import HTTPService
import HTTPTypes
package import Hummingbird
import JSON

/// The configuration on the private port: `GET /config` shows what is in force, `POST /config/reload` reads the file again.
package struct ConfigurationEndpoints: Sendable {
    private let live: LiveConfiguration

    package init(_ live: LiveConfiguration) { self.live = live }

    package func add(to router: Hummingbird.Router<ServiceRequestContext>) {
        router.get("/config") { [live] _, _ in
            let report = await live.report
            var json = Self.summary(report)
            for member in ConfigurationReport(report.configuration).json.members { json[member.name] = member.value }
            json["refused"] = report.refusal?.json ?? .null
            return Response.json(JSONValue.object(json).serialized())
        }
        router.post("/config/reload") { [live] _, _ in
            switch await live.reload() {
            case .adopted(let report):
                var json = Self.summary(report)
                json["hash"] = .string(report.configuration.hash)
                return Response.json(JSONValue.object(json).serialized())
            case .refused(let error):
                var json = JSONObject()
                json["detail"] = error.json
                json["code"] = .string("configuration_refused")
                return Response.json(JSONValue.object(json).serialized(), status: .unprocessableContent)
            }
        }
    }

    private static func summary(_ report: LiveConfiguration.Report) -> JSONObject {
        var json = JSONObject()
        json["version"] = .number("\(report.version)")
        json["adopted_at"] = .number("\(report.adoptedAt)")
        return json
    }
}
