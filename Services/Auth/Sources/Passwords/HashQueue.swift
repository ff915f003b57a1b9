import DequeModule

/// Which password is hashed next, and when there is no room for another one: pure, and bounded in time.
///
/// It holds as many jobs as the threads finish in about `horizon`, by the time that hashes took lately.
package struct HashQueue<Job> {
    private let threads: Int
    private let horizon: Duration
    private var waiting = Deque<(id: Int, job: Job)>()
    private(set) package var running = 0
    private var nextID = 0
    /// How long one hash takes on one thread, a moving average.
    private(set) package var meanDuration: Duration

    package init(threads: Int, expectedDuration: Duration, horizon: Duration = .seconds(1)) {
        self.threads = max(1, threads)
        self.horizon = horizon
        self.meanDuration = max(expectedDuration, .milliseconds(1))
    }

    package enum Admission: Equatable {
        /// The job's id, to take it back by.
        case accepted(Int)
        /// No room; about when there will be some, in whole seconds, at least 1.
        case full(retryAfter: Int)
    }

    /// How many jobs may wait, those not counted that a thread works on: at least one for each thread.
    package var capacity: Int { max(threads, Int((horizon / meanDuration) * Double(threads))) }

    package var waitingCount: Int { waiting.count }

    package mutating func enqueue(_ job: Job) -> Admission {
        let free = max(0, threads - running)
        guard waiting.count < capacity + free else {
            let work = meanDuration * (Double(waiting.count + running) / Double(threads))
            let seconds = work.components.seconds + (work.components.attoseconds > 0 ? 1 : 0)
            return .full(retryAfter: max(1, Int(seconds)))
        }
        nextID += 1
        waiting.append((nextID, job))
        return .accepted(nextID)
    }

    /// The job to work on now, if any is left; `finished` must follow.
    package mutating func start() -> Job? {
        guard let first = waiting.popFirst() else { return nil }
        running += 1
        return first.job
    }

    package mutating func finished(after duration: Duration) {
        running -= 1
        meanDuration = max(.milliseconds(1), meanDuration * 0.9 + duration * 0.1)
    }

    /// Takes a job back that nobody works on yet.
    package mutating func cancel(_ id: Int) -> Job? {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return nil }
        return waiting.remove(at: index).job
    }

    /// Takes all back, for the end.
    package mutating func cancelAll() -> [Job] {
        defer { waiting.removeAll() }
        return waiting.map(\.job)
    }
}
