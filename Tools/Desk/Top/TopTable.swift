import LocalCluster

/// The activity of a cluster's processes as a table.
struct TopTable {
    let text: String

    init(_ activities: [ProcessActivity]) {
        let header = ["process", "state", "req/s", "p50 ms", "p99 ms", "CPU %", "RSS MB", "role", "lag ms"]
        let rows = activities.map { activity in
            [
                activity.name, activity.state.rawValue, Self.text(activity.rate), Self.text(activity.p50),
                Self.text(activity.p99), "\(activity.cpu)", "\(activity.memory)", activity.role ?? "",
                Self.text(activity.lag),
            ]
        }
        text = TextTable(header, rows, rightAligned: [2, 3, 4, 5, 6, 8]).text
    }

    private static func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
}
