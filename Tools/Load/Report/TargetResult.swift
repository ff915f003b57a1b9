/// Whether a target was met.
package struct TargetResult: Sendable, Hashable, Codable {
    package let target: String
    /// As text with its unit.
    package let measured: String
    package let isMet: Bool

    enum CodingKeys: String, CodingKey {
        case target, measured
        case isMet = "met"
    }

    /// A latency of nothing is no figure: without one right answer no target but that of errors is met.
    package init(_ target: Target, total: OperationFigures, operations: [OperationFigures]) {
        self.target = target.text
        let figures = target.operation.map { operation in operations.first { $0.operation == operation } } ?? total
        guard let figures else {
            (measured, isMet) = ("nothing", false)
            return
        }
        let value = target.isPercentage ? figures.errorPercent : figures.value(of: target.metric)
        switch target.metric {
        case .throughput: measured = Figure.text(value, 0) + "/s"
        case .errors: measured = target.isPercentage ? Figure.text(value, 3) + " %" : Figure.text(value, 0)
        default: measured = figures.requests == 0 ? "nothing" : Figure.text(value, 2) + " ms"
        }
        isMet = target.comparison.holds(value, target.value) && (figures.requests > 0 || target.metric == .errors)
    }
}
