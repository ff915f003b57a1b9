import DequeModule

/// Lets only so many requests at a time go to a service, and a bounded number wait for a short time: what cannot be served
/// in time is told so at once, while it costs nothing.
///
/// First come, first served, the urgent before the rest. Last come, first served would favour clients that have just come
/// in a long queue; this queue is never long, because a request that would have to wait for too long does not join it.
/// Time is passed in, in microseconds.
package struct AdmissionQueue<Waiter> {
    package enum Arrival {
        case admitted
        /// It waits, and is known by the number.
        case queued(Int)
        /// The same, and the last of those with less priority has lost its place to it.
        case queuedInstead(Int, of: Waiter)
        /// There is no place; one may be free after so many seconds.
        case refused(retryAfter: Int)
    }

    package enum Step {
        case start(Waiter)
        /// Has waited for too long.
        case refuse(Waiter)
    }

    private struct Entry {
        let number: Int
        let waiter: Waiter
        let until: Int
    }

    /// May change: what is under way or waits by then stays so.
    package var limits: AdmissionLimits { didSet { longestWait = limits.wait.microseconds } }
    private var longestWait: Int
    private var urgent = Deque<Entry>()
    private var normal = Deque<Entry>()
    private var lastNumber = 0
    /// Requests that have been let through and are not finished.
    package private(set) var underWay = 0
    /// How many found no place, or lost it.
    package private(set) var refused = 0
    /// Microseconds between two requests that finish while every place is taken, on average; 0 before it is known.
    private var interval = 0.0
    private var finishedAt: Int?

    private static var smoothing: Double { 0.1 }

    package init(limits: AdmissionLimits) {
        self.limits = limits
        longestWait = limits.wait.microseconds
    }

    package var waiting: Int { urgent.count + normal.count }

    package var isEmpty: Bool { urgent.isEmpty && normal.isEmpty }

    // MARK: Coming

    /// - Parameter patience: how long the request may wait by its own deadline, in microseconds.
    package mutating func arrive(
        _ waiter: @autoclosure () -> Waiter, priority: RequestPriority, patience: Int, now: Int
    ) -> Arrival {
        if underWay < limits.concurrency, isEmpty {
            underWay += 1
            return .admitted
        }
        let patience = min(patience, longestWait)
        let ahead = priority == .urgent ? urgent.count : waiting
        let wait = interval * Double(ahead + 1)
        guard wait <= Double(patience) else { return refuse(after: wait) }
        guard waiting < limits.waiting else {
            guard priority == .urgent, let last = normal.popLast() else { return refuse(after: wait) }
            refused += 1
            return .queuedInstead(append(waiter(), priority, until: now + patience), of: last.waiter)
        }
        return .queued(append(waiter(), priority, until: now + patience))
    }

    private mutating func append(_ waiter: Waiter, _ priority: RequestPriority, until: Int) -> Int {
        lastNumber += 1
        let entry = Entry(number: lastNumber, waiter: waiter, until: until)
        if priority == .urgent { urgent.append(entry) } else { normal.append(entry) }
        return lastNumber
    }

    private mutating func refuse(after wait: Double) -> Arrival {
        refused += 1
        return .refused(retryAfter: max(1, Int((wait / 1_000_000).rounded(.up))))
    }

    // MARK: Going

    /// A request that was let through is over. ``next(now:)`` tells who may start in its place.
    ///
    /// - Parameter now: asked only while every place is taken: from then on one that becomes free tells how fast they do.
    package mutating func finished(now: @autoclosure () -> Int) {
        let wasFull = underWay >= limits.concurrency
        underWay -= 1
        guard wasFull else {
            finishedAt = nil
            return
        }
        let now = now()
        if let finishedAt {
            let sample = Double(now - finishedAt)
            interval = interval == 0 ? sample : interval + (sample - interval) * Self.smoothing
        }
        finishedAt = now
    }

    /// A request that waits is given up.
    package mutating func cancel(_ number: Int) {
        urgent.removeAll { $0.number == number }
        normal.removeAll { $0.number == number }
    }

    /// What is to be done with one that waits; asked until there is nothing more.
    package mutating func next(now: Int) -> Step? {
        if let expired = popExpired(&urgent, now) ?? popExpired(&normal, now) {
            refused += 1
            return .refuse(expired)
        }
        guard underWay < limits.concurrency, let entry = urgent.popFirst() ?? normal.popFirst() else { return nil }
        underWay += 1
        return .start(entry.waiter)
    }

    private func popExpired(_ queue: inout Deque<Entry>, _ now: Int) -> Waiter? {
        guard let first = queue.first, now >= first.until else { return nil }
        queue.removeFirst()
        return first.waiter
    }
}
