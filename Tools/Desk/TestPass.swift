import ArgumentParser
import FoundationEssentials
import Glibc
import LocalCluster
import UnixSignals

/// One run of `swift test` over some of the tests, which must have been built.
struct TestPass {
    let swift: String
    let repository: String
    let build: TestBuild
    let environment: [String: String]
    let filter: String?
    /// Far more than they need.
    let limit: Duration

    /// The exit status of a run that a signal ended.
    static let interrupted = ExitCode(130)

    func run(options: [String]) async throws -> TestReport {
        let folder = FileManager.default.temporaryDirectory.path
        let file = "\(folder)/cryptodesk-report-\(ProcessInfo.processInfo.processIdentifier).xml"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let arguments =
            [
                "test", "--package-path", repository, "--disable-testable-imports", "--disable-xctest",
                "--xunit-output", file,
            ] + build.testArguments + options + (filter.map { ["--filter", $0] } ?? [])
        let interrupted = Latch<Bool>()  // true: because they hung
        let tests = try Program(swift, arguments, environment: environment).start()
        let status = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await interrupt(tests, interrupted) }
            defer { group.cancelAll() }
            return try await tests.wait()
        }
        if let isHanging = interrupted.current { throw isHanging ? ExitCode(1) : Self.interrupted }
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return TestReport(xUnit: text, exitStatus: status)
    }

    /// Ends the tests when this program is to end, or when they hang; what was started for them is then cleared away.
    private func interrupt(_ tests: Program.Running, _ interrupted: Latch<Bool>) async {
        let isHanging = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup) { break }
                return false
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                if !Task.isCancelled { Console.complain("The tests hang: they are ended after \(limit.inSeconds).") }
                return true
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        guard !Task.isCancelled else { return }
        interrupted.set(isHanging)
        kill(tests.pid, SIGINT)
    }
}
