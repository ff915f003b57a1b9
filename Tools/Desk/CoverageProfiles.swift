import FoundationEssentials
import Glibc
import LocalCluster

/// What instrumented programs write when they end, and LLVM's tools that read it.
struct CoverageProfiles {
    private let build: String
    private let folder: String
    private let tools: String

    /// What is counted: neither tests nor tools nor packages of others.
    private static let ignored = "/(\\.build[^/]*|Tests|Tools|TestSupport)/"
    private static let programs = ["gateway", "auth", "strategies", "desk"]

    /// Forgets the profiles of an earlier run.
    init(_ build: TestBuild, swift: String) throws {
        guard let scratch = build.folder, let programs = build.programsFolder else {
            throw ClusterError("Coverage needs a build in a folder of its own.")
        }
        self.build = programs
        folder = scratch + "/profiles"
        tools = Self.folder(of: swift)
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// For the tests and for all that they start. `%4m`: four files for each program, into which its processes add.
    var environment: [String: String] { ["LLVM_PROFILE_FILE": folder + "/%4m.profraw"] }

    /// The summary of each file as llvm-cov's JSON.
    func export() async throws -> String {
        try await merge()
        let file = folder + "/summary.json"
        try? FileManager.default.removeItem(atPath: file)
        try await run("llvm-cov", ["export", "--summary-only"] + inputs, output: file)
        return try String(contentsOfFile: file, encoding: .utf8)
    }

    /// - Returns: the path of the page to open.
    func writePages() async throws -> String {
        let pages = folder + "/pages"
        try await run(
            "llvm-cov",
            ["show", "--format=html", "--show-line-counts-or-regions", "--project-title=CryptoDesk"]
                + ["--output-dir=\(pages)"] + inputs)
        return pages + "/index.html"
    }

    /// Other versions of LLVM cannot read the profiles: the toolchain's own tools lie beside the program that a link names.
    private static func folder(of program: String) -> String {
        guard let path = realpath(program, nil) else { return "" }
        defer { free(path) }
        let text = String(cString: path)
        return String(text[...(text.lastIndex(of: "/") ?? text.startIndex)])
    }

    private var merged: String { folder + "/all.profdata" }

    /// The tests' program and the others, whose lines are the same ones.
    private var inputs: [String] {
        ["\(build)/cryptodeskPackageTests.xctest"] + Self.programs.flatMap { ["--object", "\(build)/\($0)"] }
            + ["--instr-profile=\(merged)", "--ignore-filename-regex=\(Self.ignored)"]
    }

    private func merge() async throws {
        let profiles = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".profraw") }
        // A process that was killed while it wrote leaves a file that nobody can read.
        try await run(
            "llvm-profdata",
            ["merge", "--sparse", "--failure-mode=all", "--output=\(merged)"] + profiles.map { "\(folder)/\($0)" })
    }

    private func run(_ tool: String, _ arguments: [String], output: String? = nil) async throws {
        guard try await Program(tools + tool, arguments, output: output).run() == 0 else {
            throw ClusterError("\(tool) failed: it says why above\(output.map { ", or in \($0)" } ?? "").")
        }
    }
}
