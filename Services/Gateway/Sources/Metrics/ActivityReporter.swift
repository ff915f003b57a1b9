import Activity
import JSON
package import ServiceLifecycle

/// Tells administrators what this gateway does, every two seconds, for as long as it serves.
package struct ActivityReporter: Service {
    private let server: GatewayServer
    private let reports: GatewayReports
    private let process: String

    private static let interval = Duration.seconds(2)

    /// - Parameter process: a name that no other process has.
    init(server: GatewayServer, reports: GatewayReports, process: String) {
        self.server = server
        self.reports = reports
        self.process = process
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var (before, begun) = (await server.counted(), ContinuousClock.now)
            while true {
                try await Task.sleep(for: Self.interval)
                let (after, now) = (await server.counted(), ContinuousClock.now)
                let activity = server.activity(from: before, to: after, during: now - begun)
                // Redis is away: then this gateway is missing in the answer, and nothing else.
                try? await reports.write(activity.json.serialized(), of: process)
                (before, begun) = (after, now)
            }
        }
        try? await reports.remove(process)
    }
}
