/// What all processes of a cluster tell at one moment.
package struct ClusterReading: Sendable {
    package let time: ContinuousClock.Instant
    package let processes: [ProcessStatus]
    /// By process; those that do not answer are missing.
    package let metrics: [String: MetricSamples]

    package init(time: ContinuousClock.Instant, processes: [ProcessStatus], metrics: [String: MetricSamples]) {
        self.time = time
        self.processes = processes
        self.metrics = metrics
    }

    /// Asks the supervisor and every process; `nil` when the supervisor has ended.
    package static func take(_ layout: ClusterLayout) async throws -> ClusterReading? {
        guard let reply = try await ControlClient(layout).send(ControlRequest(.status)) else { return nil }
        let metrics = await withTaskGroup(of: (String, MetricSamples)?.self) { group in
            for process in reply.processes where process.pid != nil {
                guard let port = process.adminPort else { continue }
                group.addTask {
                    await LoopbackHTTP.text(port: port, path: "/metrics").map {
                        (process.name, MetricSamples(parsing: $0))
                    }
                }
            }
            var metrics: [String: MetricSamples] = [:]
            for await case let (name, samples)? in group { metrics[name] = samples }
            return metrics
        }
        return ClusterReading(time: .now, processes: reply.processes, metrics: metrics)
    }
}
