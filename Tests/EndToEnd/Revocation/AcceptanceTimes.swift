import Foundation

/// How long after the 204 the last acceptances of several tokens were.
struct AcceptanceTimes {
    private var milliseconds: [Double] = []
    private var statuses: [Int: Int] = [:]

    /// No acceptance at all counts as 0.
    mutating func add(_ outcome: Doors.Outcome) {
        let last = outcome.lastAcceptance ?? .zero
        milliseconds.append(max(0, Double(last.components.seconds) * 1000 + Double(last.components.attoseconds) / 1e15))
        statuses.merge(outcome.statuses, uniquingKeysWith: +)
    }

    var maximum: Double { milliseconds.max() ?? 0 }

    /// One line for the report.
    func line(_ scenario: String) -> String {
        let sorted = milliseconds.sorted()
        func quantile(_ share: Double) -> Double {
            sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.up)) - 1)]
        }
        let answers = statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        return String(
            format: "revocation, %@: p50 %.0f ms, p99 %.0f ms, maximum %.0f ms from the 204 to the last acceptance "
                + "(%d logouts; answers after the 204: %@)",
            scenario, quantile(0.5), quantile(0.99), maximum, sorted.count, answers)
    }
}
