import Drill

/// What a soak has shown, as a table of its processes and a line of sums.
struct SoakTable {
    let text: String

    init(_ report: SoakReport) {
        let rows = report.growth.map { growth in
            [growth.process, "\(growth.samples)"]
                + Self.cells(growth.megabytes) + Self.cells(growth.descriptors) + Self.cells(growth.sockets)
        }
        let header = [
            "process", "samples", "MB, middle", "end", "descriptors, middle", "end", "sockets, middle", "end",
        ]
        let faults = report.faults
        func sum(_ count: (DrillResult) -> Int) -> Int { faults.map(count).reduce(0, +) }
        let sums =
            "\(Int(report.seconds)) s, seed \(report.seed): \(faults.count) faults, \(sum(\.reads)) reads, "
            + "\(sum { $0.failedReads.values.reduce(0, +) }) of them failed besides, \(sum(\.acknowledged)) acknowledged "
            + "writes, \(sum(\.lost)) lost, \(sum(\.doubled)) doubled"
        text = TextTable(header, rows, rightAligned: Set(1...7)).text + "\n" + sums
    }

    private static func cells(_ medians: [Double]) -> [String] {
        medians.isEmpty ? ["", ""] : medians.map { "\($0)" }
    }
}
