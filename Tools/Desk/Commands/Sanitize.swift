import ArgumentParser
import LocalCluster

/// Which of the compiler's sanitizers watches.
enum Sanitizer: String, CaseIterable, ExpressibleByArgument {
    /// Data races.
    case thread
    /// Memory that is used after its end, or beyond it.
    case address

    /// A report fails the run: the tests' own exit status is another. The tests run on, so that one run shows all.
    func environment(_ installation: Installation) -> [String: String] {
        let known = installation.repository + "/Tests/Sanitizers/thread.txt"
        return switch self {
        case .thread: ["TSAN_OPTIONS": "exitcode=66:halt_on_error=0:second_deadlock_stack=1:suppressions=\(known)"]
        case .address: ["ASAN_OPTIONS": "exitcode=66:detect_stack_use_after_return=1"]
        }
    }
}

struct Sanitize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run unit and integration tests under the thread and the address sanitizer.",
        discussion: "Each has a build of its own (.build-thread, .build-address), the first time about 20 minutes.")

    @Argument(help: "Which of them: thread or address; both without.")
    var sanitizers: [Sanitizer] = Sanitizer.allCases

    @Option(help: "Run only the tests whose name matches this regular expression.")
    var filter: String?

    func run() async throws {
        let installation = try Installation.find()
        let swift = try Toolchain.swift()
        var lines: [String] = []
        var hasFailed = false
        for sanitizer in sanitizers {
            let build = TestBuild.sanitized(by: sanitizer.rawValue, installation)
            try await build.make(swift, installation)
            let report = try await TestRun(
                installation: installation, build: build, filter: filter, includesEndToEnd: false,
                environment: sanitizer.environment(installation)
            ).run()
            lines.append("\(sanitizer.rawValue): \(report.line)")
            hasFailed = hasFailed || report.failed > 0
        }
        Console.say(lines.joined(separator: "\n"))
        if hasFailed { throw ExitCode(1) }
    }
}
