package import JSON

/// One change of a route's stage, as it is written down for whoever asks later.
package struct MigrationChange: Sendable, Hashable {
    package let route: String
    package let from: RouteStage
    package let to: RouteStage

    package init(route: String, from: RouteStage, to: RouteStage) {
        self.route = route
        self.from = from
        self.to = to
    }

    /// `{"version":…,"at":…,"by":…,"route":…,"from":…,"to":…,"writes_from":…,"writes_to":…,"epoch":…,"reason":…}`
    package var json: JSONObject {
        var json = JSONObject()
        json["version"] = .number("\(to.version)")
        json["at"] = .number("\(to.changedAt)")
        json["by"] = .string(to.changedBy)
        json["route"] = .string(route)
        json["from"] = .string("\(from.stage)")
        json["to"] = .string("\(to.stage)")
        json["writes_from"] = .string(from.writes)
        json["writes_to"] = .string(to.writes)
        json["epoch"] = .number("\(to.epoch)")
        json["reason"] = .string(to.reason)
        return json
    }
}
