import LocalCluster

/// The cluster's processes as a table.
struct StatusTable {
    let text: String

    init(_ processes: [ProcessStatus]) {
        let header = ["process", "pid", "port", "ready", "RSS MB", "CPU %", "role", "epoch", "lag"]
        let rows = processes.map { process in
            [
                process.name, process.pid.map(String.init) ?? "–", process.port.map(String.init) ?? "–",
                process.ready ? "yes" : "no", Self.rounded(process.residentMegabytes), Self.rounded(process.cpu),
                process.replication?.role.rawValue ?? "", process.replication?.epoch.map(String.init) ?? "",
                Self.lag(process.replication),
            ]
        }
        text = TextTable(header, rows, rightAligned: [1, 2, 4, 5, 7, 8]).text
    }

    private static func lag(_ status: ReplicationStatus?) -> String {
        guard let status, status.role != .primary else { return "" }
        guard let bytes = status.lagBytes else { return "–" }
        return "\(Int(status.lagMilliseconds ?? 0)) ms, \(bytes) B" + (status.isSynchronous == true ? ", sync" : "")
    }

    private static func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
