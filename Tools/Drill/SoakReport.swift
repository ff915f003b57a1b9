/// What a soak has shown.
package struct SoakReport: Codable, Hashable, Sendable {
    /// With it the same faults come in the same order.
    package let seed: UInt64
    package let seconds: Double
    package let faults: [DrillResult]
    package let growth: [SoakGrowth]

    package init(seed: UInt64, seconds: Double, _ faults: [DrillResult], _ samples: [SoakSample]) {
        self.seed = seed
        self.seconds = seconds
        self.faults = faults
        growth = SoakGrowth.all(samples)
    }

    /// What was not as it must be, as a sentence each.
    ///
    /// - Parameter times: whether what a busy machine alone can make too long counts as well.
    package func misses(times: Bool) -> [String] {
        let missed = faults.flatMap { fault in
            fault.misses.filter { times || !$0.isAboutTime }
                .map { "\(fault.process), \(fault.fault.rawValue): \($0.sentence)" }
        }
        return missed + growth.flatMap(\.misses)
    }
}
