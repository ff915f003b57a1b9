/// Makes a row of each second, and figures of the servers' processes.
struct RunWatch {
    private let clock: LoadClock
    /// When the run really ended, in nanoseconds.
    var end: Int64
    private(set) var intervals: [IntervalFigures] = []
    private var last: (moment: Int64, processes: [String: ProcessSample])
    private let first: [String: ProcessSample]
    private var largest: [String: Double] = [:]

    init(clock: LoadClock, processes: [String: ProcessSample]) {
        self.clock = clock
        end = clock.end
        last = (clock.start, processes)
        first = processes
    }

    mutating func add(
        _ interval: Recorder.Interval, at moment: Int64, end: Int64, processes: [String: ProcessSample]
    ) -> LoadRun.Moment {
        let seconds = max(0.001, Double(moment - last.moment) / 1e9)
        let figures = IntervalFigures(
            second: Double(moment - clock.start) / 1e9, isRamp: moment <= clock.measuredFrom,
            answers: interval.answers, rate: Double(interval.answers) / seconds, errors: interval.errors,
            p50: interval.latency.percentile(50),
            p99: interval.latency.percentile(99), maximum: interval.latency.maximum,
            processorPercent: processorPercent(processes, seconds), megabytes: processes.mapValues(\.megabytes))
        intervals.append(figures)
        for (name, sample) in processes { largest[name] = max(largest[name] ?? 0, sample.megabytes) }
        last = (moment, processes)
        return LoadRun.Moment(
            seconds: figures.second, secondsLeft: max(0, Double(end - moment) / 1e9), isRamp: figures.isRamp,
            rate: figures.rate, errors: figures.errors, p50: figures.p50, p99: figures.p99)
    }

    /// Of a process that began meanwhile nothing is known yet.
    private func processorPercent(_ processes: [String: ProcessSample], _ seconds: Double) -> [String: Double] {
        processes.reduce(into: [:]) { percent, process in
            guard let before = last.processes[process.key] else { return }
            percent[process.key] = max(0, process.value.processorTime - before.processorTime) / seconds * 100
        }
    }

    /// Of each process over the whole run, ramp included.
    var figures: [ProcessFigures] {
        last.processes.keys.sorted().compactMap { name in
            guard let now = last.processes[name] else { return nil }
            return ProcessFigures(
                name: name, processorTime: max(0, now.processorTime - (first[name]?.processorTime ?? 0)),
                megabytes: largest[name] ?? now.megabytes)
        }
    }
}
