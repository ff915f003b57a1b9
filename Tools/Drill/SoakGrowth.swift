/// Whether a process held more and more, from samples over the whole of a soak.
///
/// The first third is when caches and pools fill. The medians of the other two are compared, so that neither a sample in the
/// middle of a fault nor a restart decides. A leak of 1 % of a request's memory shows in minutes; what does not show in an
/// hour fills no machine in a month.
package struct SoakGrowth: Codable, Hashable, Sendable {
    /// Fewer samples of a process tell nothing.
    package static let leastSamples = 12
    /// What memory may differ by for no reason: allocators keep what they were given back.
    private static let megabytes = (share: 0.1, least: 16.0)
    /// Pools follow the load, within their bounds.
    private static let descriptors = (share: 0.1, least: 16.0)

    package let process: String
    package let samples: Int
    /// Medians of the second and of the last third.
    package let megabytes: [Double]
    package let descriptors: [Double]
    package let sockets: [Double]
    /// What grew, as a sentence each; none when nothing did.
    package let misses: [String]

    /// - Parameter samples: of one process, in the order of their times.
    package init(process: String, samples: [SoakSample]) {
        let thirds = Self.thirds(samples)
        self.process = process
        self.samples = samples.count
        megabytes = thirds.map { Self.median($0.map(\.megabytes)) }
        descriptors = thirds.map { Self.median($0.map { Double($0.descriptors) }) }
        sockets = thirds.map { Self.median($0.map { Double($0.sockets) }) }
        guard samples.count >= Self.leastSamples else {
            misses = []
            return
        }
        misses = [
            Self.miss("memory, in MB,", megabytes, Self.megabytes),
            Self.miss("open descriptors", descriptors, Self.descriptors),
            Self.miss("sockets", sockets, Self.descriptors),
        ].compactMap { $0 }.map { "\(process): \($0)" }
    }

    /// Of each process that was sampled, by name.
    package static func all(_ samples: [SoakSample]) -> [SoakGrowth] {
        Dictionary(grouping: samples, by: \.process)
            .map { SoakGrowth(process: $0.key, samples: $0.value.sorted { $0.time < $1.time }) }
            .sorted { $0.process < $1.process }
    }

    private static func miss(_ what: String, _ medians: [Double], _ bound: (share: Double, least: Double)) -> String? {
        guard medians.count == 2, medians[1] - medians[0] > max(medians[0] * bound.share, bound.least) else {
            return nil
        }
        return "\(what) grew from \(medians[0]) to \(medians[1])"
    }

    private static func thirds(_ samples: [SoakSample]) -> [ArraySlice<SoakSample>] {
        let third = samples.count / 3
        guard third > 0 else { return [] }
        return [samples[third..<(2 * third)], samples[(2 * third)...]]
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let middle = sorted.indices.last.map({ $0 / 2 }) else { return 0 }
        return sorted[middle]
    }
}
