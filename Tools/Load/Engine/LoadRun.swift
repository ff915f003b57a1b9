import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A load test under way: workers on event loops of their own, and somebody who looks at them once a second.
package final class LoadRun: Sendable {
    /// What a person is told once a second.
    package struct Moment: Sendable {
        package let seconds: Double
        package let secondsLeft: Double
        package let isRamp: Bool
        /// Answers a second and errors since the last moment.
        package let rate: Double
        package let errors: Int
        /// In milliseconds.
        package let p50, p99: Double
    }

    private let scenario: Scenario
    private let url: LoadURL
    private let threads: Int
    private let isStopped = Atomic(false)

    /// - Parameter threads: event loops, each with its share of the connections and users.
    package init(_ scenario: Scenario, url: LoadURL, threads: Int) {
        self.scenario = scenario
        self.url = url
        self.threads = max(1, min(threads, scenario.arrival.connections))
    }

    /// Ends the run early: what was measured until then counts.
    package func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Runs the scenario.
    ///
    /// - Parameters:
    ///   - users: at least as many as the scenario has connections.
    ///   - processes: the servers' processor time in seconds and memory in megabytes, by name; asked once a second.
    ///   - progress: told once a second.
    /// - Throws: ``LoadFailure`` when the address cannot be looked up.
    package func run(
        users: [PreparedUser], processes: @Sendable () -> [String: ProcessSample] = { [:] },
        progress: (Moment) -> Void = { _ in }
    ) async throws -> LoadOutcome {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        do {
            let outcome = try await run(on: group, users, processes, progress)
            try await group.shutdownGracefully()
            return outcome
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
    }

    private func run(
        on group: MultiThreadedEventLoopGroup, _ users: [PreparedUser],
        _ processes: @Sendable () -> [String: ProcessSample], _ progress: (Moment) -> Void
    ) async throws -> LoadOutcome {
        let start = LoadClock.now + 50_000_000
        let measuredFrom = start + Int64(scenario.ramp / .nanoseconds(1))
        let clock = LoadClock(
            start: start, measuredFrom: measuredFrom,
            end: measuredFrom + Int64(scenario.duration / .nanoseconds(1)))
        let plan = LoadPlan(
            scenario: scenario, address: try url.address(), builder: RequestBuilder(host: url.host), clock: clock,
            schedule: scenario.schedule, workers: threads)
        let workers = group.makeIterator().enumerated().map { index, loop in
            let own = stride(from: index, to: users.count, by: threads).map { users[$0] }
            return LoadWorker(plan, index: index, loop: loop, users: own)
        }
        let date = Date.now
        let cpu = Self.ownProcessorTime
        for worker in workers { try await worker.loop.submit { worker.start() }.get() }
        var watch = RunWatch(clock: clock, processes: processes())
        try await observe(workers, clock, &watch, processes, progress)
        return try await finish(workers, clock, watch, date: date, processorTime: Self.ownProcessorTime - cpu)
    }

    /// Looks at the workers once a second, until all that is due was answered or has failed.
    private func observe(
        _ workers: [LoadWorker], _ clock: LoadClock, _ watch: inout RunWatch,
        _ processes: @Sendable () -> [String: ProcessSample], _ progress: (Moment) -> Void
    ) async throws {
        var end = clock.end
        let longest = Int64(scenario.timeout / .nanoseconds(1)) + 1_000_000_000
        var next = clock.start + 1_000_000_000
        while true {
            let now = LoadClock.now
            if end == clock.end, isStopped.load(ordering: .relaxed) {
                end = min(end, now)
                for worker in workers { try await worker.loop.submit { [end] in worker.end(at: end) }.get() }
            }
            if now >= next || now >= end {
                var interval = Recorder.Interval()
                for worker in workers { interval.add(try await worker.loop.submit { worker.takeInterval() }.get()) }
                progress(watch.add(interval, at: now, end: end, processes: processes()))
                next += 1_000_000_000
            }
            if now >= end {
                var isDone = true
                for worker in workers where !(try await worker.loop.submit({ worker.isDone }).get()) { isDone = false }
                if isDone || now > end + longest { break }
            }
            let pause = min(next, max(end, now + 20_000_000)) - LoadClock.now
            try await Task.sleep(for: .nanoseconds(max(1_000_000, min(pause, 200_000_000))))
        }
        watch.end = end
    }

    private func finish(
        _ workers: [LoadWorker], _ clock: LoadClock, _ watch: RunWatch, date: Date, processorTime: Double
    ) async throws -> LoadOutcome {
        var users: [PreparedUser] = []
        var recorders: [Recorder] = []
        for worker in workers {
            let (recorder, own) = try await worker.loop.submit {
                let users = worker.stop()
                return (worker.recorder, users)
            }.get()
            recorders.append(recorder)
            users += own
        }
        return LoadOutcome(
            scenario: scenario, url: url.text, date: date, threads: threads,
            seconds: Double(max(1, watch.end - clock.measuredFrom)) / 1e9, recorders: recorders,
            intervals: watch.intervals, processes: watch.figures, processorTime: processorTime, users: users)
    }

    /// Of this process so far, in seconds.
    private static var ownProcessorTime: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}
