import Load
import LocalCluster
import Profiling

/// Where the processor time of a cluster under load went.
struct ClusterProfile {
    let budget: CPUBudget
    let flameGraph: FlameGraph

    /// Runs the session's scenario, and looks at the cluster's processes in the middle of it.
    static func take(_ session: LoadSession, recorder: PerfRecorder) async throws -> ClusterProfile {
        var short = session.scenario
        short.stretch(to: .seconds(1))
        // The users are there then, the connections of the services too, and caches are warm.
        _ = try await session.run(short)
        let owners = ProcessConsumption.owners(of: session.processes)
        guard !owners.isEmpty else { throw ClusterError("The cluster's processes are not to be seen.") }
        async let load = session.run()
        try await Task.sleep(for: session.scenario.ramp + .seconds(1))
        let seconds = max(1, session.scenario.duration / .seconds(1) - 2)
        try await recorder.record(Array(owners.keys), seconds: seconds)
        let report = try await load
        let samples = try await recorder.samples().compactMap { sample in
            owners[sample.pid].map { (process: $0, sample: sample) }
        }
        let staged = Set(
            owners.values.filter { name in ServiceKind.allCases.contains { name.hasPrefix("\($0.rawValue)-") } })
        let symbols = Set(samples.flatMap(\.sample.frames).map(\.symbol).filter { $0.hasPrefix("$s") })
        let names = try await recorder.demangled(symbols.sorted())
        let requests = report.total.throughput
        return ClusterProfile(
            budget: CPUBudget(
                samples, staged: staged, frequency: Double(PerfRecorder.frequency), requests: requests * seconds,
                seconds: seconds),
            flameGraph: FlameGraph(
                title: "\(session.scenario.name): \(Int(requests)) requests/s, CPU time by process and function",
                stacks: Self.stacks(samples, names: names)))
    }

    private static func stacks(
        _ samples: [(process: String, sample: StackSample)], names: [String: String]
    ) -> [(frames: [String], count: Int)] {
        var counts: [[String]: Int] = [:]
        for (process, sample) in samples {
            let frames = sample.frames.reversed().map { frame in
                let name = names[frame.symbol] ?? frame.symbol
                if frame.isKernel { return "\(name) [kernel]" }
                return name == "[unknown]" ? "\(frame.library)" : name
            }
            counts[[process] + frames, default: 0] += 1
        }
        return counts.map { (frames: $0.key, count: $0.value) }
    }
}
