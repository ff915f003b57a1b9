import FoundationEssentials
import LocalCluster

/// One run of `swift test` over some of the tests, which must have been built.
struct TestPass {
    let swift: String
    let repository: String
    let environment: [String: String]
    let filter: String?

    func run(options: [String]) async throws -> TestReport {
        let folder = FileManager.default.temporaryDirectory.path
        let file = "\(folder)/cryptodesk-report-\(ProcessInfo.processInfo.processIdentifier).xml"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let arguments =
            [
                "test", "--package-path", repository, "-c", "release", "--skip-build", "--disable-testable-imports",
                "--disable-xctest", "--xunit-output", file,
            ] + options + (filter.map { ["--filter", $0] } ?? [])
        let status = try await Program(swift, arguments, environment: environment).run()
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return TestReport(xUnit: text, exitStatus: status)
    }
}
