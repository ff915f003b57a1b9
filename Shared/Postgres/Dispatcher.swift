/// Decides which connection gets what: a pure function of what waits and how busy each connection is.
///
/// Reads are spread over the connections that are least busy, so that a burst costs each of them one sync. One
/// connection always stays free of transactions, and of three or more one stays free of writes as well: a commit may
/// wait for a replica for as long as there is none, and must not take everything else with it.
package enum Dispatcher {
    package struct Slot: Sendable {
        /// The connection is signed in and in order.
        package var isReady: Bool
        package var isLeased: Bool
        package var syncsInFlight: Int
        /// How many of them commit something.
        package var writesInFlight: Int
        /// What it does takes long, and what were sent after it would wait for it.
        package var isStalled: Bool

        package init(
            isReady: Bool, isLeased: Bool, syncsInFlight: Int, writesInFlight: Int = 0, isStalled: Bool = false
        ) {
            self.isReady = isReady
            self.isLeased = isLeased
            self.syncsInFlight = syncsInFlight
            self.writesInFlight = writesInFlight
            self.isStalled = isStalled
        }

        fileprivate var isOccupied: Bool { isLeased || writesInFlight > 0 }
    }

    package struct Plan: Equatable, Sendable {
        /// Connections to lease out, one for each waiting transaction in order.
        package var leases: [Int] = []
        /// How many of the waiting reads, from the front, go to which connection.
        package var batches: [Batch] = []
        /// How many of the waiting writes, from the front, go to which connection, behind the reads.
        package var writeBatches: [Batch] = []

        package init(leases: [Int] = [], batches: [Batch] = [], writeBatches: [Batch] = []) {
            self.leases = leases
            self.batches = batches
            self.writeBatches = writeBatches
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
    /// What becomes of a write that was sent may stay unknown: only few are sent ahead.
    package static let maximumWriteBatch = 8

    package static func plan(
        slots: [Slot], waitingQueries: Int, waitingWrites: Int = 0, waitingLeases: Int
    ) -> Plan {
        var plan = Plan()
        var leased = slots.count { $0.isLeased }
        var occupied = slots.count { $0.isOccupied }
        let maximumLeases = max(1, slots.count - 1)
        let maximumOccupied = slots.count < 3 ? slots.count : slots.count - 1
        var open = slots.indices.filter { slots[$0].isReady && !slots[$0].isLeased && !slots[$0].isStalled }
        if waitingLeases > 0 {
            for index in open where slots[index].syncsInFlight == 0 {
                guard plan.leases.count < waitingLeases, leased < maximumLeases, occupied < maximumOccupied else {
                    break
                }
                plan.leases.append(index)
                leased += 1
                occupied += 1
            }
            open.removeAll { plan.leases.contains($0) }
            if plan.leases.count < waitingLeases, leased < maximumLeases, open.count > 1 {
                let drainable = occupied < maximumOccupied ? open : open.filter { slots[$0].isOccupied }
                // Gets nothing new, so that it becomes idle and can be leased.
                if let reserved = drainable.min(by: { slots[$0].syncsInFlight < slots[$1].syncsInFlight }) {
                    open.removeAll { $0 == reserved }
                }
            }
        }
        let readSyncs = slots.map { $0.syncsInFlight - $0.writesInFlight }
        let readers = open.filter { readSyncs[$0] < maximumSyncsInFlight }
        plan.batches = share(waitingQueries, among: readers, busy: slots.map(\.syncsInFlight), atMost: maximumBatch)
        let begun = open.filter { slots[$0].writesInFlight > 0 }
        let fresh = open.filter { slots[$0].writesInFlight == 0 }
            .sorted { (slots[$0].syncsInFlight, $0) < (slots[$1].syncsInFlight, $1) }
            .prefix(max(0, maximumOccupied - occupied))
        let writers = (begun + fresh).filter { slots[$0].writesInFlight < maximumSyncsInFlight }
        plan.writeBatches = share(
            waitingWrites, among: writers, busy: slots.map(\.writesInFlight), atMost: maximumWriteBatch)
        return plan
    }

    /// Only the least busy ones share a burst; a busier one would make its part wait.
    private static func share(_ count: Int, among slots: [Int], busy: [Int], atMost limit: Int) -> [Batch] {
        guard count > 0, let least = slots.map({ busy[$0] }).min() else { return [] }
        let equals = slots.filter { busy[$0] == least }.sorted()
        var batches: [Batch] = []
        var left = count
        for (index, slot) in equals.enumerated() where left > 0 {
            let part = min(limit, (left + equals.count - index - 1) / (equals.count - index))
            batches.append(Batch(slot: slot, count: part))
            left -= part
        }
        return batches
    }
}
