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
        let table = [header] + rows
        let widths = header.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        text = table.map { row in
            row.enumerated().map { column, cell in
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                return [0, 3, 6].contains(column) ? cell + gap : gap + cell
            }.joined(separator: "  ").trimmingSuffix()
        }.joined(separator: "\n")
    }

    private static func lag(_ status: ReplicationStatus?) -> String {
        guard let status, status.role != .primary else { return "" }
        guard let bytes = status.lagBytes else { return "–" }
        return "\(Int(status.lagMilliseconds ?? 0)) ms, \(bytes) B"
    }

    private static func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}

extension String {
    /// Without blanks at the end.
    fileprivate func trimmingSuffix() -> String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
