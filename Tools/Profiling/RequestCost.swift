/// What work costs a process, in figures that nothing else on the machine changes.
package struct RequestCost: Hashable, Sendable, Codable {
    /// Executed by the process and its libraries; none of the kernel's.
    package let instructions: Double
    /// Blocks that were asked of the heap.
    package let allocations: Double

    package init(instructions: Double, allocations: Double) {
        self.instructions = instructions
        self.allocations = allocations
    }

    /// What one request costs, of two whole runs of which one answered so many requests more than the other.
    ///
    /// Start and end are in both, and so is what goes on beside the requests, if both runs took as long.
    package static func each(of requests: Int, more: RequestCost, fewer: RequestCost) -> RequestCost {
        let count = Double(max(1, requests))
        return RequestCost(
            instructions: (more.instructions - fewer.instructions) / count,
            allocations: (more.allocations - fewer.allocations) / count)
    }
}
