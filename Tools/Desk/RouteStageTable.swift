import JSON
import LocalCluster

/// Routes that move as a table: what the cluster has decided, and whether every gateway follows it.
struct RouteStageTable {
    let text: String

    init(_ views: [GatewayMigrations.View]) {
        let reports = views.compactMap(\.report)
        // The one that knows most, where one is a moment behind.
        let newest = reports.max { ($0["version"]?.integer ?? 0) < ($1["version"]?.integer ?? 0) }
        let routes = newest?["routes"]?.array?.compactMap(\.object) ?? []
        let header = ["route", "stage", "from", "to", "writes", "epoch", "in flight", "pins", "version", "followed by"]
        let rows = routes.map { route in
            let name = route["route"]?.string ?? ""
            let version = route["version"]?.integer ?? 0
            let followers = views.count { $0.route(name)?["version"]?.integer == version }
            let inFlight = views.reduce(0) { $0 + ($1.route(name)?["writes_in_flight"]?.integer ?? 0) }
            return [
                name, Self.stage(route), route["legacy"]?.string ?? "", route["candidate"]?.string ?? "",
                route["writes"]?.string ?? "", "\(route["epoch"]?.integer ?? 0)", "\(inFlight)",
                "\(route["pins"]?.object?.members.count ?? 0)", "\(version)", "\(followers) of \(views.count)",
            ]
        }
        text =
            rows.isEmpty ? "No route of this cluster moves." : TextTable(header, rows, rightAligned: [5, 6, 7, 8]).text
    }

    static func stage(_ route: JSONObject) -> String {
        (route["stage"]?.string ?? "") + (route["percent"]?.integer.map { " \($0) %" } ?? "")
    }
}
