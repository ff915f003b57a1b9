/// A figure that a run must reach, such as `throughput >= 10000/s`, `list p99 <= 50 ms` or `errors = 0`.
package struct Target: Sendable, Hashable {
    package enum Metric: String, Sendable, CaseIterable {
        case throughput
        case mean
        case p50
        case p90
        case p95
        case p99
        case p999 = "p99.9"
        case max
        case errors

        var unit: String {
            switch self {
            case .throughput: "/s"
            case .errors: ""
            default: "ms"
            }
        }
    }

    package enum Comparison: String, Sendable, CaseIterable {
        case atMost = "<="
        case atLeast = ">="
        case below = "<"
        case above = ">"
        case equal = "="

        func holds(_ measured: Double, _ wanted: Double) -> Bool {
            switch self {
            case .atMost: measured <= wanted
            case .atLeast: measured >= wanted
            case .below: measured < wanted
            case .above: measured > wanted
            case .equal: measured == wanted
            }
        }
    }

    /// Of this operation; `nil` for all requests together.
    package let operation: Operation?
    package let metric: Metric
    package let comparison: Comparison
    /// Requests a second, milliseconds, or errors: a count, or a percentage of all requests.
    package let value: Double
    package let isPercentage: Bool

    /// - Returns: `nil` for what is no target. Between the words there may be blanks or none; `≤` and `≥` are the same as
    ///   `<=` and `>=`; latencies are in `ms` or `s`.
    package init?(_ text: String) {
        let text = text.replacing("≤", with: "<=").replacing("≥", with: ">=")
        guard let start = text.firstIndex(where: { "<>=".contains($0) }) else { return nil }
        let end = text[start...].firstIndex { !"<>=".contains($0) } ?? text.endIndex
        let words = text[..<start].split(separator: " ").map(String.init)
        guard let comparison = Comparison(rawValue: String(text[start..<end])),
            let metric = words.last.flatMap(Metric.init), words.count <= 2
        else { return nil }
        if words.count == 2 {
            guard let operation = Operation(rawValue: words[0]) else { return nil }
            self.operation = operation
        } else {
            operation = nil
        }
        self.metric = metric
        self.comparison = comparison
        guard let (value, isPercentage) = Self.value(text[end...], of: metric) else { return nil }
        self.value = value
        self.isPercentage = isPercentage
    }

    private static func value(_ text: Substring, of metric: Metric) -> (Double, isPercentage: Bool)? {
        let text = text.filter { $0 != " " }
        let unit = String(text.drop { $0.isNumber || $0 == "." })
        guard let number = Double(text.dropLast(unit.count)), number >= 0 else { return nil }
        switch (metric, unit) {
        case (.throughput, "/s"), (.errors, ""): return (number, false)
        case (.errors, "%"): return (number, true)
        case (.throughput, _), (.errors, _): return nil
        case (_, "ms"): return (number, false)
        case (_, "s"): return (number * 1000, false)
        default: return nil
        }
    }

    /// As a scenario has it: `list p99 <= 50 ms`.
    package var text: String {
        let number = value == value.rounded() && value < 1e15 ? String(Int(value)) : String(value)
        let amount =
            switch metric {
            case .throughput: "\(number)/s"
            case .errors: isPercentage ? "\(number) %" : number
            default: "\(number) ms"
            }
        return (operation.map { "\($0.rawValue) " } ?? "") + "\(metric.rawValue) \(comparison.rawValue) \(amount)"
    }
}
