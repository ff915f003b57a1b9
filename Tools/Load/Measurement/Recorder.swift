/// What one worker has measured.
struct Recorder {
    /// Of one operation, or of all.
    struct Row {
        /// From when a request was due to its answer, and from its sending.
        var latency = LatencyHistogram()
        var service = LatencyHistogram()
        /// Right answers within the measured time.
        var inTime = 0
        var errors = 0

        mutating func add(_ other: Row) {
            latency.add(other.latency)
            service.add(other.service)
            inTime += other.inTime
            errors += other.errors
        }
    }

    /// What happened since the last look, whether it counts or not.
    struct Interval {
        var latency = LatencyHistogram()
        var answers = 0
        var errors = 0

        mutating func add(_ other: Interval) {
            latency.add(other.latency)
            answers += other.answers
            errors += other.errors
        }
    }

    /// A request that was sent more than this after it was due was late, in nanoseconds.
    static let lateAfter: Int64 = 10_000_000

    private let clock: LoadClock
    private(set) var rows: [Operation: Row] = [:]
    private(set) var errors: [LoadError: Int] = [:]
    private(set) var late = 0
    private var interval = Interval()

    init(_ clock: LoadClock, operations: [Operation]) {
        self.clock = clock
        for operation in operations { rows[operation] = Row() }
    }

    /// - Parameters: moments in nanoseconds.
    mutating func answered(_ operation: Operation, due: Int64, sent: Int64, now: Int64) {
        if operation != .delivery {
            interval.answers += 1
            interval.latency.record(nanoseconds: now - due)
        }
        // An answer of the time that counts is throughput, also to what was sent in the ramp.
        let isInTime = now >= clock.measuredFrom && now <= clock.end
        let counts = due >= clock.measuredFrom
        guard isInTime || counts else { return }
        if isInTime { rows[operation, default: Row()].inTime += 1 }
        guard counts else { return }
        rows[operation, default: Row()].latency.record(nanoseconds: now - due)
        rows[operation, default: Row()].service.record(nanoseconds: now - sent)
        if sent - due > Self.lateAfter { late += 1 }
    }

    /// - Parameter due: when the request was due that failed.
    mutating func failed(_ operation: Operation, _ error: LoadError, due: Int64, sent: Int64?, now: Int64) {
        interval.errors += 1
        guard due >= clock.measuredFrom else { return }
        rows[operation, default: Row()].errors += 1
        errors[error, default: 0] += 1
        if (sent ?? now) - due > Self.lateAfter { late += 1 }
    }

    mutating func takeInterval() -> Interval {
        defer { interval = Interval() }
        return interval
    }
}
