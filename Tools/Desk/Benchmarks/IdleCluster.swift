import LocalCluster

/// What a cluster takes while nobody asks for anything.
struct IdleCluster {
    /// Of one core, all processes together.
    let processorPercent: Double
    /// Of the largest of our own processes.
    let largestMegabytes: Double

    /// Looks at a cluster that has had nothing to do for a moment.
    static func measure(_ cluster: RunningCluster, for duration: Duration = .seconds(10)) async throws -> IdleCluster {
        let processes = cluster.processIDs
        func seconds() -> Double { processes.values.reduce(0) { $0 + ProcessorTime.seconds(of: $1) } }
        let (start, before) = (ContinuousClock.now, seconds())
        try await Task.sleep(for: duration)
        let spent = seconds() - before
        let passed = (ContinuousClock.now - start) / .seconds(1)
        let own = processes.filter { name, _ in ServiceKind.allCases.contains { name.hasPrefix($0.rawValue + "-") } }
        return IdleCluster(
            processorPercent: spent / passed * 100,
            largestMegabytes: own.values.map { ResidentMemory.megabytes(of: $0) }.max() ?? 0)
    }
}

extension RunningCluster {
    /// The processes that ran when the cluster was asked, by name.
    var processIDs: [String: Int32] {
        Dictionary(
            uniqueKeysWithValues: reply.processes.compactMap { process in
                process.pid.map { (process.name, Int32($0)) }
            })
    }
}
