#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Classes of latencies, four to each doubling: two that differ by more than a fifth are told apart.
package enum LatencyScale {
    /// - Parameter microseconds: from 0 on; what is below 1 counts as 1.
    package static func bucket(_ microseconds: Int) -> Int { Int(4 * log2(Double(max(1, microseconds)))) }

    /// Below which the 99th percentile lies, in microseconds; `nil` without an observation.
    ///
    /// - Parameter counts: by class.
    package static func p99(_ counts: [Int: Int]) -> Int? {
        let total = counts.values.reduce(0, +)
        guard total > 0 else { return nil }
        var rest = (total * 99 + 99) / 100
        for (bucket, count) in counts.sorted(by: { $0.key < $1.key }) {
            rest -= count
            if rest <= 0 { return Int(exp2(Double(bucket + 1) / 4).rounded()) }
        }
        return nil
    }
}
