import LocalCluster

/// The cluster's processes as a table.
struct StatusTable {
    let text: String

    init(_ processes: [ProcessStatus]) {
        let header = ["process", "pid", "port", "ready", "RSS MB", "CPU %"]
        let rows = processes.map { process in
            [
                process.name, process.pid.map(String.init) ?? "–", process.port.map(String.init) ?? "–",
                process.ready ? "yes" : "no", Self.rounded(process.residentMegabytes), Self.rounded(process.cpu),
            ]
        }
        let table = [header] + rows
        let widths = header.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        text = table.map { row in
            row.enumerated().map { column, cell in
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 || column == 3 ? cell + gap : gap + cell
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private static func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
