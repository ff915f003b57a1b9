import LocalCluster

/// A build of the tests and programs: where it is, and the options that it is made with.
struct TestBuild {
    /// Of the build that this program is part of.
    private static let configuration: String = {
        #if DEBUG
        "debug"
        #else
        "release"
        #endif
    }()

    /// The build that this program is part of.
    static let ordinary = TestBuild(configuration: configuration, options: [], folder: nil)

    /// Instrumented, in a folder of its own. The optimiser stays on: the tests of faults know how fast things are.
    static func coverage(_ installation: Installation) -> TestBuild {
        TestBuild(
            configuration: "release", options: ["--enable-code-coverage"],
            folder: installation.repository + "/.build-coverage")
    }

    /// Under a sanitizer, in a folder of its own, unoptimised: its reports name the line then.
    static func sanitized(by sanitizer: String, _ installation: Installation) -> TestBuild {
        TestBuild(
            configuration: "debug", options: ["--sanitize=\(sanitizer)"],
            folder: "\(installation.repository)/.build-\(sanitizer)")
    }

    let configuration: String
    private let options: [String]
    /// `nil` for SwiftPM's own.
    let folder: String?

    /// Where the programs are; `nil` beside this one.
    var programsFolder: String? { folder.map { "\($0)/\(configuration)" } }

    /// Of both `swift build` and `swift test`.
    var arguments: [String] {
        ["-c", configuration] + (folder.map { ["--scratch-path", $0] } ?? []) + options
    }

    /// Those of `swift test` over what has been built: what counts the lines is told by the environment.
    var testArguments: [String] { arguments.filter { $0 != "--enable-code-coverage" } + ["--skip-build"] }

    /// Builds programs and tests.
    ///
    /// - Throws: `ClusterError` when they do not compile.
    func make(_ swift: String, _ installation: Installation) async throws {
        let status = try await Program(
            swift, ["build", "--package-path", installation.repository, "--build-tests"] + arguments
        ).run()
        guard status == 0 else { throw ClusterError("The build failed: the compiler's messages are above.") }
    }
}
