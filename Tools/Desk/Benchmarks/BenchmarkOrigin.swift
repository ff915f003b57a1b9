import FoundationEssentials
import LocalCluster

/// When, of what and where a benchmark was run.
struct BenchmarkOrigin {
    let date: String
    /// Ends with `+` where files differ from it.
    let commit: String
    let machine: String

    init(_ installation: Installation) async {
        date = Date.now.formatted(.iso8601)
        let git = ServerSearch.program("git") ?? "git"
        let hash = await Self.output(git, ["-C", installation.repository, "rev-parse", "--short", "HEAD"])
        let changes = await Self.output(
            git, ["-C", installation.repository, "status", "--porcelain", "--untracked-files=no"])
        commit = (hash ?? "unknown") + (changes == nil ? "" : "+")
        let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":").last.map(String.init)
        machine = processor.map { String($0.drop(while: { $0 == " " })) } ?? "unknown processor"
    }

    /// What a program prints on one line; `nil` for nothing.
    private static func output(_ program: String, _ arguments: [String]) async -> String? {
        let file = "/tmp/cryptodesk-output-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        guard (try? await Program(program, arguments, output: file).run()) == 0 else { return nil }
        return (try? String(contentsOfFile: file, encoding: .utf8))?.split(separator: "\n").first.map(String.init)
    }
}
