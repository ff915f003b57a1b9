/// When each request of an open loop is due, however the server fares.
///
/// The rate is constant within a stage, or goes evenly from one to another. The request with index `k` is due when the
/// integral of the rate over time has reached `k`; any number of workers divide the indices among them.
package struct ArrivalSchedule: Sendable, Hashable {
    package struct Stage: Sendable, Hashable {
        /// Requests a second at its beginning and at its end.
        package let from, to: Double
        /// In seconds.
        package let duration: Double

        package init(from: Double, to: Double, duration: Double) {
            self.from = from
            self.to = to
            self.duration = duration
        }

        var requests: Double { (from + to) / 2 * duration }

        /// The time within the stage, in seconds, after which so many requests were due: the root of
        /// `from·t + (to − from)·t²/(2·duration) = requests`, in the form that also holds for a constant rate.
        func time(of requests: Double) -> Double {
            guard requests > 0 else { return 0 }
            let slope = (to - from) / duration
            let root = max(0, from * from + 2 * slope * requests).squareRoot()
            return min(duration, 2 * requests / (from + root))
        }
    }

    package let stages: [Stage]
    /// Of each stage: the requests and the seconds before it.
    private let before: [(requests: Double, seconds: Double)]
    /// How many are due in all.
    package let count: Int
    /// In seconds.
    package let duration: Double

    /// - Parameter stages: in their order, each with a duration above 0 and rates from 0 on.
    package init(_ stages: [Stage]) {
        self.stages = stages
        var before: [(requests: Double, seconds: Double)] = []
        var (requests, seconds) = (0.0, 0.0)
        for stage in stages {
            before.append((requests, seconds))
            requests += stage.requests
            seconds += stage.duration
        }
        self.before = before
        // A sum that should be whole may be a little less.
        count = Int((requests - 1e-6).rounded(.up))
        duration = seconds
    }

    /// When a request is due, in nanoseconds from the beginning; `nil` for one that no stage has.
    package func due(_ index: Int) -> Int64? {
        guard index >= 0, index < count else { return nil }
        let stage = before.lastIndex { $0.requests <= Double(index) } ?? 0
        let time = before[stage].seconds + stages[stage].time(of: Double(index) - before[stage].requests)
        return Int64((time * 1e9).rounded())
    }

    /// The rate at a moment, in requests a second; 0 after the end.
    package func rate(at seconds: Double) -> Double {
        guard seconds >= 0, seconds < duration, let index = before.lastIndex(where: { $0.seconds <= seconds }) else {
            return 0
        }
        let stage = stages[index]
        return stage.from + (stage.to - stage.from) * (seconds - before[index].seconds) / stage.duration
    }

    package static func == (left: ArrivalSchedule, right: ArrivalSchedule) -> Bool { left.stages == right.stages }
    package func hash(into hasher: inout Hasher) { hasher.combine(stages) }
}
