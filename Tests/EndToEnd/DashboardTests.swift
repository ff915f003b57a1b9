import Foundation
import TestSupport
import Testing

@Suite("Dashboards")
struct DashboardTests {
    @Test("every panel draws something, from a real Prometheus that watches the cluster under a short load")
    func panels() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        #expect(try await cluster.waitUntilServing())
        let processes = try await cluster.processes()
        let jobs = ["gateway", "auth", "strategies"].map { job in
            let ports = processes.filter { $0.name.hasPrefix(job + "-") }.compactMap(\.adminPort)
            return "\(job)=\(ports.map(String.init).joined(separator: ","))"
        }
        var repository = URL(filePath: #filePath)
        for _ in 0..<3 { repository.deleteLastPathComponent() }
        let log = FileManager.default.temporaryDirectory.appending(path: "cryptodesk-dashboards.log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["python3", repository.appending(path: "Tests/Deploy/live_dashboards.py").path, cluster.baseURL] + jobs
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = process.standardOutput
        try process.run()
        let hasEnded = try await eventually(within: .seconds(240)) { !process.isRunning }
        if !hasEnded { process.terminate() }
        let output = try String(contentsOf: log, encoding: .utf8)
        #expect(hasEnded && process.terminationStatus == 0, "\(output)")
    }
}
