/// Decides which connection gets what: a pure function of what waits and how busy each connection is.
///
/// Reads are spread over the connections that are least busy, so that a burst costs each of them one sync. One
/// connection always stays free of leases, so that transactions never starve everything else.
package enum Dispatcher {
    package struct Slot: Sendable {
        /// The connection is signed in and in order.
        package var isReady: Bool
        package var isLeased: Bool
        package var syncsInFlight: Int

        package init(isReady: Bool, isLeased: Bool, syncsInFlight: Int) {
            self.isReady = isReady
            self.isLeased = isLeased
            self.syncsInFlight = syncsInFlight
        }
    }

    package struct Plan: Equatable, Sendable {
        /// Connections to lease out, one for each waiting transaction in order.
        package var leases: [Int] = []
        /// How many of the waiting queries, from the front, go to which connection.
        package var batches: [Batch] = []

        package init(leases: [Int] = [], batches: [Batch] = []) {
            self.leases = leases
            self.batches = batches
        }
    }

    package struct Batch: Equatable, Sendable {
        package let slot: Int
        package let count: Int

        package init(slot: Int, count: Int) {
            self.slot = slot
            self.count = count
        }
    }

    /// A busy connection takes one more sync while one is under way, so that the server never waits for us.
    package static let maximumSyncsInFlight = 2
    package static let maximumBatch = 64

    package static func plan(slots: [Slot], waitingQueries: Int, waitingLeases: Int) -> Plan {
        var plan = Plan()
        var leased = slots.count { $0.isLeased }
        let maximumLeases = max(1, slots.count - 1)
        var open = slots.indices.filter { slots[$0].isReady && !slots[$0].isLeased }
        if waitingLeases > 0 {
            for index in open where slots[index].syncsInFlight == 0 {
                guard plan.leases.count < waitingLeases, leased < maximumLeases else { break }
                plan.leases.append(index)
                leased += 1
            }
            open.removeAll { plan.leases.contains($0) }
            if plan.leases.count < waitingLeases, leased < maximumLeases, open.count > 1,
                let reserved = open.min(by: { slots[$0].syncsInFlight < slots[$1].syncsInFlight })
            {
                // Gets nothing new, so that it becomes idle and can be leased.
                open.removeAll { $0 == reserved }
            }
        }
        let takers = open.filter { slots[$0].syncsInFlight < maximumSyncsInFlight }
            .sorted { (slots[$0].syncsInFlight, $0) < (slots[$1].syncsInFlight, $1) }
        guard waitingQueries > 0, let idlest = takers.first else { return plan }
        // Only the least busy ones share the burst; a busier one would make its part wait.
        let equals = takers.filter { slots[$0].syncsInFlight == slots[idlest].syncsInFlight }
        var left = waitingQueries
        for (index, slot) in equals.enumerated() where left > 0 {
            let share = min(maximumBatch, (left + equals.count - index - 1) / (equals.count - index))
            plan.batches.append(Batch(slot: slot, count: share))
            left -= share
        }
        return plan
    }
}
