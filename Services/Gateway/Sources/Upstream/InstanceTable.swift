package import JSON

/// One instance of a service for as long as it is in the list: who returns is another one.
package struct UpstreamMember: Sendable, Hashable {
    package let endpoint: UpstreamEndpoint
    /// Its place in tables, below ``EndpointSet/capacity``; given to another one once it is free.
    package let slot: Int
    /// Never given twice.
    package let number: Int
}

/// The instances of one service and what is known of each. Those that stay while others come and go keep it.
package struct InstanceTable: Sendable {
    package struct Instance: Sendable {
        package let member: UpstreamMember
        package var health = EndpointHealth()
        /// What the instance last said of itself.
        package var report: JSONObject?
        package var breaker: CircuitBreaker
    }

    private let options: UpstreamOptions
    private var slots = [Instance?](repeating: nil, count: EndpointSet.capacity)
    private var order: [Int] = []
    private var lastNumber = 0

    package init(options: UpstreamOptions) { self.options = options }

    /// In the order of the list.
    package var instances: [Instance] { order.compactMap { slots[$0] } }

    package var members: [UpstreamMember] { instances.map(\.member) }

    /// - Returns: whether anything changed.
    package mutating func replace(with endpoints: [UpstreamEndpoint]) -> Bool {
        guard endpoints != members.map(\.endpoint) else { return false }
        var known: [UpstreamEndpoint: Int] = [:]
        for member in members { known[member.endpoint] = member.slot }
        let wanted = Set(endpoints)
        for member in members where !wanted.contains(member.endpoint) { slots[member.slot] = nil }
        order = endpoints.prefix(EndpointSet.capacity).compactMap { known[$0] ?? add($0) }
        return true
    }

    private mutating func add(_ endpoint: UpstreamEndpoint) -> Int? {
        guard let slot = slots.firstIndex(where: { $0 == nil }) else { return nil }
        lastNumber += 1
        slots[slot] = Instance(
            member: UpstreamMember(endpoint: endpoint, slot: slot, number: lastNumber),
            breaker: CircuitBreaker(policy: options.ejection))
        return slot
    }

    /// Changes what is known of a member; does nothing, and returns `nil`, when it is no longer one.
    @discardableResult
    package mutating func update<Result>(_ member: UpstreamMember, _ change: (inout Instance) -> Result) -> Result? {
        guard slots[member.slot]?.member == member else { return nil }
        return slots[member.slot].flatMap { known in
            var instance = known
            defer { slots[member.slot] = instance }
            return change(&instance)
        }
    }

    package func contains(_ member: UpstreamMember) -> Bool { slots[member.slot]?.member == member }

    /// The slots of the instances for which something holds.
    package func endpoints(where isIncluded: (Instance) -> Bool) -> EndpointSet {
        order.reduce(into: []) { set, slot in
            if let instance = slots[slot], isIncluded(instance) { set.insert(EndpointSet(slot)) }
        }
    }

    // MARK: Ejection

    package var ejected: EndpointSet { endpoints { $0.breaker.state != .closed } }

    /// Whether one more may be ejected: some are always kept, because many that fail at a time have a common cause, which
    /// fewer instances would only make worse.
    private var mayEject: Bool { Double(ejected.count + 1) <= Double(order.count) * options.ejectedShare }

    /// - Returns: whether the instance was ejected by it.
    package mutating func failed(_ member: UpstreamMember, isTrial: Bool, now: Int) -> Bool {
        let mayEject = mayEject
        return update(member) { $0.breaker.failed(isTrial: isTrial, now: now, mayOpen: mayEject) } ?? false
    }

    /// - Returns: whether an instance that was ejected is back.
    package mutating func succeeded(_ member: UpstreamMember, isTrial: Bool, now: Int) -> Bool {
        update(member) { $0.breaker.succeeded(isTrial: isTrial, now: now) } ?? false
    }

    /// Ejects an instance that takes much longer than the others.
    package mutating func isSlow(_ member: UpstreamMember, now: Int) -> Bool {
        guard mayEject else { return false }
        return update(member) { instance in
            guard instance.breaker.state == .closed else { return false }
            instance.breaker.trip(now: now)
            return true
        } ?? false
    }

    /// An ejected instance that the next request may try.
    package mutating func trial(among candidates: EndpointSet, isRepeatable: Bool, now: Int) -> Int? {
        for slot in order where candidates.contains(slot) {
            guard let member = slots[slot]?.member, slots[slot]?.breaker.state != .closed else { continue }
            if update(member, { $0.breaker.lets(now: now, isRepeatable: isRepeatable) }) == .some(.trial) {
                return slot
            }
        }
        return nil
    }
}
