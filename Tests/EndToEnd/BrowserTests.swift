import Foundation
import TestSupport
import Testing

@Suite("The dashboard in a browser")
struct BrowserTests {
    /// Each test of `Tests/Browser` tells by itself what went wrong.
    @Test("a real Chromium finds every page working, live and accessible")
    func chromium() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        #expect(try await cluster.waitUntilServing())
        var repository = URL(filePath: #filePath)
        for _ in 0..<3 { repository.deleteLastPathComponent() }
        let log = FileManager.default.temporaryDirectory.appending(path: "cryptodesk-browser.log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let process = Process()
        process.executableURL = repository.appending(path: ".build/browser-tests/bin/python")
        process.arguments = ["-m", "unittest", "discover", "-s", repository.appending(path: "Tests/Browser").path]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["DESK_URL": cluster.baseURL, "DESK_DATA": cluster.folder]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = process.standardOutput
        try process.run()
        let hasEnded = try await eventually(within: .seconds(600)) { !process.isRunning }
        if !hasEnded { process.terminate() }
        let output = try String(contentsOf: log, encoding: .utf8)
        #expect(hasEnded && process.terminationStatus == 0, "\(output)")
        print(output.split(separator: "\n").filter { $0.hasPrefix("measured: ") }.joined(separator: "\n"))
    }
}
