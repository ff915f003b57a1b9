/// Between which shares the true one lies, by what was counted so far, with 95 % confidence.
///
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927): unlike the
/// normal approximation it holds for shares near 0 and for few observations.
package struct WilsonInterval: Sendable, Hashable {
    package let lower: Double
    package let upper: Double

    private static let z = 1.96

    /// - Parameters:
    ///   - count: of the observations that are meant, at most `total`.
    ///   - total: without an observation everything is possible.
    package init(_ count: Int, of total: Int) {
        guard total > 0 else {
            (lower, upper) = (0, 1)
            return
        }
        let (n, share, square) = (Double(total), Double(count) / Double(total), Self.z * Self.z)
        let centre = share + square / (2 * n)
        let spread = Self.z * (share * (1 - share) / n + square / (4 * n * n)).squareRoot()
        lower = max(0, (centre - spread) / (1 + square / n))
        upper = min(1, (centre + spread) / (1 + square / n))
    }

    /// How many observations without one that is meant prove that the share is at most so large.
    package static func proof(of share: Double) -> Int { Int((z * z * (1 - share) / share).rounded(.up)) }
}
