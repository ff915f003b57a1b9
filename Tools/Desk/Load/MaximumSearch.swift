import Load
import LocalCluster

/// Runs a scenario at one rate after the other, until the highest is known at which its targets hold.
struct MaximumSearch {
    struct Attempt {
        let report: LoadReport
        let rate: Double
        let isMet: Bool
    }

    /// Of the rate that was asked for: a server that answers less does not keep up.
    private static let leastThroughput = 0.98

    let session: LoadSession
    /// The first rate, in requests a second.
    let start: Double

    /// - Returns: the attempt with the highest rate that held; `nil` when none did.
    func run(progress: (String) -> Void) async throws -> Attempt? {
        var search = RateSearch(from: start)
        var best: Attempt?
        while let rate = search.next {
            let attempt = try await attempt(rate)
            progress(line(attempt))
            search.record(rate, isMet: attempt.isMet)
            if attempt.isMet, rate >= best?.rate ?? 0 { best = attempt }
        }
        return best
    }

    private func attempt(_ rate: Double) async throws -> Attempt {
        var scenario = session.scenario
        scenario.arrival = .open(rate: rate, connections: scenario.arrival.connections)
        // The rate itself is what is looked for.
        scenario.targets.removeAll { $0.metric == .throughput }
        let report = try await session.run(scenario)
        return Attempt(
            report: report, rate: rate,
            isMet: report.isMet && report.total.throughput >= rate * Self.leastThroughput)
    }

    private func line(_ attempt: Attempt) -> String {
        let missed = attempt.report.results.filter { !$0.isMet }.map { "\($0.target): \($0.measured)" }
        let rate = "\(ListReport.number(attempt.rate, 0))/s: "
        guard !attempt.isMet else { return rate + "held, p99 \(ListReport.number(attempt.report.total.p99, 1)) ms" }
        return rate + "missed, "
            + (missed.isEmpty
                ? "\(ListReport.number(attempt.report.total.throughput, 0))/s were answered"
                : missed.joined(separator: ", "))
    }
}
