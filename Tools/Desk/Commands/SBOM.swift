import ArgumentParser
import FoundationEssentials
import LocalCluster

struct SBOM: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sbom", abstract: "Print a software bill of materials as CycloneDX JSON.",
        discussion: """
            It names the Swift packages that the programs are built from, as SwiftPM has resolved them, and the servers and \
            libraries that Debian installed on this machine.
            """)

    private static let debian = [
        "nginx", "redis-server", "postgresql-[0-9]*", "libpq5", "libhiredis[0-9]*", "libcrypt1",
    ]

    func run() async throws {
        let repository = try Installation.find().repository
        guard let resolved = try? String(contentsOfFile: repository + "/Package.resolved", encoding: .utf8) else {
            throw ClusterError("There is no Package.resolved yet: run ./desk up once.")
        }
        let packages = try await output(
            "dpkg-query", ["-W", "-f", "${db:Status-Abbrev} ${Package} ${Version} ${Architecture}\\n"] + Self.debian)
        let answer = try await output("git", ["-C", repository, "rev-parse", "HEAD"])
        let commit = answer.prefix { $0.isHexDigit }
        let bill = SoftwareBill(
            of: commit.count == 40 ? String(commit) : "unknown", made: PointInTime(Date()),
            components: try SoftwareComponent.swiftPackages(resolved: resolved)
                + SoftwareComponent.debianPackages(packages))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Console.say(String(decoding: try encoder.encode(bill), as: UTF8.self))
    }

    /// What a program prints; nothing where it is missing. One of Debian's packages may be, and the others count.
    private func output(_ name: String, _ arguments: [String]) async throws -> String {
        guard let program = ServerSearch.program(name) else { return "" }
        let file = FileManager.default.temporaryDirectory.path + "/cryptodesk-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        _ = try await Program(program, arguments, output: file).run()
        return (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
    }
}
