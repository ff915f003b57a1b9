/// Chooses an instance for a request: the one with the fewest requests of this event loop in flight, in turn among equals.
package struct UpstreamSelector: Sendable {
    private var inFlight: [Int]
    private var next = 0

    package init(endpoints: Int) { inFlight = Array(repeating: 0, count: endpoints) }

    /// Counts a request for the chosen endpoint until ``finish(_:)``.
    ///
    /// - Parameters:
    ///   - healthy: endpoints that passed their last check.
    ///   - doubtful: endpoints that answer, but not well: used when there is no healthy one, because an instance that is
    ///     being stopped, or lost a dependency, still answers better than nobody.
    ///   - excluded: endpoints that this request has failed on.
    /// - Returns: its place in the list; `nil` when there is none to try.
    package mutating func select(
        healthy: EndpointSet, doubtful: EndpointSet, excluding excluded: EndpointSet
    ) -> Int? {
        let chosen =
            fewest(in: healthy.subtracting(excluded)) ?? fewest(in: doubtful.subtracting(excluded))
            ?? fewest(in: healthy) ?? fewest(in: doubtful)
        guard let chosen else { return nil }
        inFlight[chosen] += 1
        next = chosen + 1 == inFlight.count ? 0 : chosen + 1
        return chosen
    }

    package mutating func finish(_ endpoint: Int) { inFlight[endpoint] -= 1 }

    package func requestsInFlight(on endpoint: Int) -> Int { inFlight[endpoint] }

    private func fewest(in candidates: EndpointSet) -> Int? {
        guard !candidates.isEmpty else { return nil }
        var best: Int?
        var index = next
        for _ in 0..<inFlight.count {
            if candidates.contains(index), best.map({ inFlight[index] < inFlight[$0] }) ?? true { best = index }
            index = index + 1 == inFlight.count ? 0 : index + 1
        }
        return best
    }
}
