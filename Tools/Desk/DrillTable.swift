import Drill

/// A drill's report as a table, and below it what was not as it must be.
struct DrillTable {
    let text: String

    init(_ results: [DrillResult]) {
        let header = [
            "process", "fault", "reads", "failed", "writes", "failed", "errors", "ready s", "recovered s",
            "slowest read s",
            "lost", "doubled", "",
        ]
        let rows = results.map { result in
            [
                result.process, result.fault.rawValue, "\(result.reads)", "\(Self.sum(result.failedReads))",
                "\(result.writes)", "\(Self.sum(result.failedWrites))", Self.errors(result), "\(result.ready)",
                "\(result.recovered)", "\(result.slowestRead)", "\(result.lost)", "\(result.doubled)",
                result.misses.isEmpty ? "ok" : "MISSED",
            ]
        }
        let misses = results.flatMap { result in
            result.misses.map { "\(result.process), \(result.fault.rawValue): \($0.sentence)" }
        }
        text = ([TextTable(header, rows, rightAligned: [2, 3, 4, 5, 7, 8, 9, 10, 11]).text] + misses)
            .joined(separator: "\n")
    }

    private static func sum(_ failures: [String: Int]) -> Int { failures.values.reduce(0, +) }

    /// As in `GET 502 ×3, login 503 login_unavailable ×2`.
    private static func errors(_ result: DrillResult) -> String {
        let named = [("GET", result.failedReads), ("POST", result.failedWrites), ("login", result.failedLogins)]
        return named.flatMap { name, failures in
            failures.sorted { $0.key < $1.key }.map { "\(name) \($0.key) ×\($0.value)" }
        }.joined(separator: ", ")
    }
}
