/// What a candidate must show before its route goes on, and what takes the route back.
package struct MigrationGuards: Sendable, Hashable {
    /// Comparisons in a shadow, and answers of the candidate later, before a stage is left.
    package var requests = 1000
    /// The share of compared answers that may differ.
    package var mismatches = 0.001
    /// How many times the share of the monolith's errors the candidate's may be.
    package var errorRatio = 1.5
    /// And by how much more besides.
    package var errorMargin = 0.005
    /// How many times the monolith's 99th percentile the candidate's may be.
    package var p99Ratio = 1.5

    /// So few may be chance.
    private static let (fewestMismatches, fewestErrors) = (3, 5)
    /// Answers of each side before their percentiles are compared.
    private static let fewestLatencies = 200
    /// A difference below it is nothing, in microseconds.
    private static let smallestDelay = 1000

    package init() {}

    /// Why the candidate is no longer to be trusted; `nil` while nothing speaks against it.
    package func broken(by counts: EvidenceCounts) -> String? {
        let mismatched = WilsonInterval(counts.mismatched, of: counts.compared)
        if counts.mismatched >= Self.fewestMismatches, mismatched.lower > mismatches {
            let places = counts.differences.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3).map(\.key)
            return "\(counts.mismatched) of \(counts.compared) answers differ, more than \(Self.percent(mismatches)): "
                + places.joined(separator: ", ")
        }
        return brokenByErrors(counts) ?? brokenByLatency(counts)
    }

    private func brokenByErrors(_ counts: EvidenceCounts) -> String? {
        let (errors, answers) = (counts.errors[.candidate] ?? 0, counts.answers[.candidate] ?? 0)
        let ofLegacy = counts.answers[.legacy] ?? 0
        let share = ofLegacy > 0 ? Double(counts.errors[.legacy] ?? 0) / Double(ofLegacy) : 0
        let allowed = share * errorRatio + errorMargin
        guard errors >= Self.fewestErrors, WilsonInterval(errors, of: answers).lower > allowed else { return nil }
        return "\(errors) of \(answers) requests failed on the candidate, more than \(Self.percent(allowed))"
    }

    private func brokenByLatency(_ counts: EvidenceCounts) -> String? {
        let sides = MigrationSide.allCases.map { counts.latencies[$0] ?? [:] }
        guard sides.allSatisfy({ $0.values.reduce(0, +) >= Self.fewestLatencies }),
            let legacy = LatencyScale.p99(sides[0]), let candidate = LatencyScale.p99(sides[1]),
            Double(candidate) > Double(legacy) * p99Ratio, candidate - legacy > Self.smallestDelay
        else { return nil }
        return "the candidate's p99 is \(candidate) µs, more than \(p99Ratio) times the monolith's \(legacy) µs"
    }

    /// What is missing before the route may leave a stage; `nil` when nothing is.
    ///
    /// - Parameter reads: whether the route has any: what only writes cannot be compared.
    package func missing(_ counts: EvidenceCounts, in stage: MigrationStage, reads: Bool) -> String? {
        guard reads, stage != .legacy else { return nil }
        if let reason = broken(by: counts) { return reason }
        guard stage == .shadow else {
            let answers = counts.answers[.candidate] ?? 0
            return answers >= requests ? nil : "the candidate has answered \(answers) of \(requests) requests"
        }
        guard counts.compared >= requests else { return "\(counts.compared) of \(requests) answers were compared" }
        let upper = WilsonInterval(counts.mismatched, of: counts.compared).upper
        guard upper > mismatches else { return nil }
        return "\(counts.mismatched) of \(counts.compared) answers differ, which may be \(Self.percent(upper)) of all: "
            + "\(Self.percent(mismatches)) is allowed, and proven by \(WilsonInterval.proof(of: mismatches)) without one"
    }

    private static func percent(_ share: Double) -> String { "\((share * 10_000).rounded() / 100) %" }
}
