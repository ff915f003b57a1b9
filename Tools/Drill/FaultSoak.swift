package import LocalCluster

/// Mixed load with random faults for a long time: whether anything is lost, and whether anything grows.
package struct FaultSoak: Sendable {
    /// Between two looks at what the processes hold.
    private static let interval: Duration = .seconds(5)

    private let cluster: RunningCluster
    private let folder: DataFolder
    private let seed: UInt64
    private let progress: @Sendable (DrillResult) -> Void

    /// - Parameters:
    ///   - folder: the cluster's.
    ///   - seed: decides on the faults and their order.
    ///   - progress: told of each fault once it is over.
    package init(
        _ cluster: RunningCluster, in folder: DataFolder, seed: UInt64,
        progress: @escaping @Sendable (DrillResult) -> Void
    ) {
        self.cluster = cluster
        self.folder = folder
        self.seed = seed
        self.progress = progress
    }

    /// Causes one fault after the other until the time is over; each has an account of its own, whose writes are counted at
    /// its end.
    ///
    /// - Throws: ``DrillError`` or ``ClusterError`` when the cluster does not come back, which ends it.
    package func run(for duration: Duration) async throws -> SoakReport {
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup(of: [SoakSample].self) { group in
            group.addTask { await self.sample(since: start) }
            defer { group.cancelAll() }
            var faults = SoakFaults(cluster.reply.processes, seed: seed)
            var results: [DrillResult] = []
            while ContinuousClock.now - start < duration, let fault = faults.next() {
                let result = try await FaultDrill(cluster) { _ in }.run([fault])
                result.forEach(progress)
                results += result
            }
            group.cancelAll()
            let samples = try await group.next() ?? []
            return SoakReport(seed: seed, seconds: (ContinuousClock.now - start).rounded, results, samples)
        }
    }

    /// Looks at the processes until it is cancelled.
    private func sample(since start: ContinuousClock.Instant) async -> [SoakSample] {
        var samples: [SoakSample] = []
        while (try? await Task.sleep(for: Self.interval)) != nil {
            guard let reply = try? await RunningCluster.find(folder)?.reply else { continue }
            // One that is just being started again is left out.
            let running = reply.processes.filter(\.ready).compactMap { process in
                process.pid.map { (process.name, Int32($0)) }
            }
            let processes = Dictionary(running) { first, _ in first }
            let descriptors = OpenDescriptors.read(of: processes)
            let memory = ProcessConsumption.read(of: processes)
            let time = (ContinuousClock.now - start).rounded
            for (name, open) in descriptors {
                guard let megabytes = memory[name]?.megabytes else { continue }
                samples.append(
                    SoakSample(
                        process: name, time: time, megabytes: megabytes, descriptors: open.count,
                        sockets: open.sockets))
            }
        }
        return samples
    }
}
