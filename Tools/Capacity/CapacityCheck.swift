/// A throughput that the model predicts for a measured size, beside what was measured there.
package struct CapacityCheck: Codable, Hashable, Sendable {
    package let path: String
    /// Whose costs the prediction was made with.
    package let costsOf: String
    package let predicted: Double
    package let measured: Double
    /// Of the measured one; above 0 where the model promises too much.
    package let error: Double

    private enum CodingKeys: String, CodingKey {
        case path, predicted, measured, error
        case costsOf = "costs_of"
    }

    /// Each path predicted by the costs of each: one machine is busy when all parts together take all of its cores.
    package static func all(_ measured: [MeasuredCosts]) -> [CapacityCheck] {
        measured.flatMap { path in
            measured.map { costs in
                let predicted = Double(path.cores) * 1e6 / costs.total
                return CapacityCheck(
                    path: path.path, costsOf: costs.path, predicted: predicted.rounded(),
                    measured: path.requestsPerSecond.rounded(),
                    error: ((predicted / path.requestsPerSecond - 1) * 1000).rounded() / 1000)
            }
        }
    }
}
