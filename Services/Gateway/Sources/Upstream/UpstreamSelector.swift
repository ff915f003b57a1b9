/// Chooses an instance for a request: of two taken at random the one that costs less ("the power of two choices",
/// Mitzenmacher 2001).
///
/// Each event loop chooses by what it has seen itself, so that no request writes what other threads read. Loops that all
/// went for the best would meet there; with two at random they do not.
package struct UpstreamSelector: Sendable {
    /// What is known of the endpoints of a service, as sets of their slots.
    package struct Candidates: Sendable, Hashable {
        /// Passed their last check.
        package var healthy: EndpointSet = []
        /// Answer, but not well, or were never checked: an instance that is being stopped, or lost a dependency, still
        /// answers better than nobody.
        package var doubtful: EndpointSet = []
        /// Failed requests, whatever their checks say.
        package var ejected: EndpointSet = []
        /// This request has failed on them.
        package var failed: EndpointSet = []

        package init() {}

        /// The best that are left.
        package var preferred: EndpointSet {
            let well = healthy.subtracting(ejected)
            for set in [well, healthy, doubtful] where !set.subtracting(failed).isEmpty {
                return set.subtracting(failed)
            }
            return !well.isEmpty ? well : !healthy.isEmpty ? healthy : doubtful
        }
    }

    private var random: UInt64

    package init(seed: UInt64) { random = seed }

    /// - Parameter cost: of one more request on a slot.
    /// - Returns: a slot; `nil` when there is none to try.
    package mutating func select(_ candidates: Candidates, cost: (Int) -> Double) -> Int? {
        let candidates = candidates.preferred
        let count = candidates.count
        guard count > 1 else { return count == 1 ? candidates.slot(at: 0) : nil }
        let first = next(below: count)
        var second = next(below: count - 1)
        if second >= first { second += 1 }
        let (one, other) = (candidates.slot(at: first), candidates.slot(at: second))
        return cost(other) < cost(one) ? other : one
    }

    /// splitmix64 (Steele, Lea, Flood 2014); the highest bits of a product choose, without a division.
    private mutating func next(below bound: Int) -> Int {
        random &+= 0x9E37_79B9_7F4A_7C15
        var value = random
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        value ^= value >> 31
        return Int(value.multipliedFullWidth(by: UInt64(bound)).high)
    }
}
