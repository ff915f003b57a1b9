/// A set of endpoints by their slots in the upstream's table, at most 64 of them.
package struct EndpointSet: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64

    /// How many endpoints there can be.
    package static let capacity = 64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package init(_ slot: Int) { rawValue = 1 << UInt64(slot) }

    package static func first(_ count: Int) -> EndpointSet {
        EndpointSet(rawValue: count >= capacity ? .max : (1 << UInt64(count)) - 1)
    }

    package func contains(_ slot: Int) -> Bool { rawValue & (1 << UInt64(slot)) != 0 }

    package var count: Int { rawValue.nonzeroBitCount }

    /// The slot of the endpoint with so many others before it.
    package func slot(at position: Int) -> Int {
        var rest = rawValue
        for _ in 0..<position { rest &= rest &- 1 }
        return rest.trailingZeroBitCount
    }
}
