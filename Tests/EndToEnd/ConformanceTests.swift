import Foundation
import TestSupport
import Testing

@Suite("The API against its document")
struct ConformanceTests {
    /// A thousand requests in a row from one address would soon meet every limit.
    private static let limits = [
        "LOGIN_LIMIT_ACCOUNT=100000", "LOGIN_LIMIT_PER_MINUTE=100000", "RATE_LIMIT_USER=100000/s",
        "RATE_LIMIT_ADDRESS=100000/s",
    ]

    @Test("Schemathesis, as two users and as an administrator, finds no 5xx and no answer that does not conform")
    func schemathesis() async throws {
        let cluster = try await ClusterUnderTest.start(Self.limits.flatMap { ["--set", $0] })
        var repository = URL(filePath: #filePath)
        for _ in 0..<3 { repository.deleteLastPathComponent() }
        let log = FileManager.default.temporaryDirectory.appending(path: "cryptodesk-schemathesis.log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let isSlow = TestEnvironment.isSlow
        let process = Process()
        process.executableURL = repository.appending(path: ".build/schemathesis/bin/python")
        process.arguments =
            [repository.appending(path: "Tests/Schemathesis/conform.py").path]
            + (isSlow
                ? ["--examples", "100", "--seconds", "300", "--seed", "\(Int.random(in: 1...1_000_000))"]
                : ["--examples", "8", "--seconds", "50", "--seed", "1"])
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["DESK_URL": cluster.baseURL, "DESK_DATA": cluster.folder]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = process.standardOutput
        try process.run()
        let hasEnded = try await eventually(within: .seconds(isSlow ? 900 : 300)) { !process.isRunning }
        if !hasEnded { process.terminate() }
        let output = try String(contentsOf: log, encoding: .utf8)
        #expect(hasEnded && process.terminationStatus == 0, "\(output)")
        let figures = output.split(separator: "\n").filter { $0.contains(" generated") || $0.contains("Seed") }
        print(figures.joined(separator: "\n"))
        #expect(try await cluster.stop() == 0)
    }
}
