import Foundation
import Gateway
import JSON
import TestSupport
import Testing

/// Where the Autobahn test suite is installed; nil when it is not.
private enum AutobahnInstallation {
    static var folder: String? {
        let environment = ProcessInfo.processInfo.environment
        let folder =
            environment["AUTOBAHN_FOLDER"] ?? (environment["HOME"] ?? "/root") + "/.cache/cryptodesk/autobahn"
        return FileManager.default.fileExists(atPath: folder + "/python") ? folder : nil
    }
}

/// The Autobahn test suite against the gateway's own WebSocket, from the handshake on, with sessions that echo.
///
/// `Tests/Autobahn/install.sh` installs the suite; without it, and in fast runs, this is left out.
@Suite(
    "Autobahn", .enabled(if: AutobahnInstallation.folder != nil && TestEnvironment.isSlow), .timeLimit(.minutes(60)))
struct AutobahnTests {
    /// What a report may say of a case: everything but a failure.
    private static let good: Set<String> = ["OK", "NON-STRICT", "INFORMATIONAL"]

    @Test("no case of the suite fails")
    func suite() async throws {
        let report = FileManager.default.temporaryDirectory.appending(path: "autobahn-\(UUID().uuidString)").path
        let upstream = try await UpstreamUnderTest()
        var options = GatewayUnderTest.Options()
        options.stream = .echo
        options.makeSession = { EchoSession() }
        options.maximumConnections = 100_000
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { gateway in
            let status = try await Self.run("ws://127.0.0.1:\(gateway.port)/api/v1/stream", report)
            #expect(status == 0)
        }
        await upstream.stop()
        let index = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: report + "/index.json"))))
        let cases = try #require(index.object?["cryptodesk"]?.object).members
        var counts: [String: Int] = [:]
        for (name, result) in cases.map({ ($0.name, $0.value.object) }) {
            let (behaviour, close) = (result?["behavior"]?.string ?? "", result?["behaviorClose"]?.string ?? "")
            counts[behaviour, default: 0] += 1
            #expect(
                Self.good.contains(behaviour) && Self.good.contains(close),
                "case \(name): \(behaviour), close \(close); see \(report)")
        }
        #expect(cases.count > 200)
        print("Autobahn: \(cases.count) cases, \(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })")
    }

    private static func run(_ url: String, _ report: String) async throws -> Int32 {
        // From this file up to the tests.
        var folder = URL(filePath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [folder.appending(path: "Autobahn/run.sh").path, url, report]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }
}
