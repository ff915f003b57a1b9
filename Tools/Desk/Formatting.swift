import FoundationEssentials
import LocalCluster

/// The formatting of this project's Swift files, by the toolchain's own swift-format.
struct Formatting {
    private let swift: String
    private let paths: [String]

    init(_ swift: String, _ installation: Installation) {
        self.swift = swift
        paths = ["Package.swift", "Services", "Shared", "Tests", "Tools"]
            .map { "\(installation.repository)/\($0)" }
            .filter { FileManager.default.fileExists(atPath: $0) }
    }

    /// Whether all files are as swift-format wants them; it says itself which are not.
    func lint() async throws -> Bool {
        let status = try await Program(swift, ["format", "lint", "--strict", "--recursive", "--parallel"] + paths).run()
        Console.say(
            status == 0
                ? "The formatting is as it should be." : "The formatting is not: ./desk format mends most of it.")
        return status == 0
    }

    func apply() async throws -> Int32 {
        try await Program(swift, ["format", "--in-place", "--recursive", "--parallel"] + paths).run()
    }
}
