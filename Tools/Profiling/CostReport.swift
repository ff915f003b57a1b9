/// What requests cost, held against what they may cost.
package struct CostReport: Codable, Sendable {
    package struct Row: Codable, Sendable {
        package let service: String
        package let operation: String
        /// `instructions` or `allocations`.
        package let figure: String
        /// A request.
        package let measured: Double
        package let limit: Int

        package var isPassed: Bool { measured > Double(limit) }

        /// Which limit is passed and by how much; `nil` where none is.
        package var complaint: String? {
            guard isPassed else { return nil }
            let over = measured - Double(limit)
            let percent = (over / Double(limit) * 1000).rounded() / 10
            return "\(operation) costs \(service) \(Self.rounded(measured)) \(figure) a request, "
                + "\(Self.rounded(over)) (\(percent) %) more than the \(limit) that are allowed."
        }

        /// Instructions as a whole number, allocations to a tenth.
        private static func rounded(_ value: Double) -> String {
            value >= 1000 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
        }
    }

    package let rows: [Row]

    /// - Parameter cost: what an operation costs a service, by both names.
    package init(_ limits: CostLimits, cost: (String, String) -> RequestCost?) {
        rows = limits.limits.flatMap { limit -> [Row] in
            guard let cost = cost(limit.service, limit.operation) else { return [] }
            func row(_ figure: String, _ measured: Double, _ most: Int) -> Row {
                Row(
                    service: limit.service, operation: limit.operation, figure: figure, measured: measured,
                    limit: most)
            }
            return [
                row("instructions", cost.instructions, limit.instructions),
                row("allocations", cost.allocations, limit.allocations),
            ]
        }
    }

    /// A sentence for each limit that is passed.
    package var complaints: [String] { rows.compactMap(\.complaint) }
}
