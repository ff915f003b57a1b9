import ArgumentParser
import FoundationEssentials
import LocalCluster
import Profiling

struct Profile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Load a cluster, and show where a request's processor time goes.",
        discussion: """
            A table by process and stage, and a flame graph, an SVG that any browser shows. Linux's perf looks at the \
            cluster's processes while a scenario runs (docs/performance.md).
            """)

    @Argument(help: "The name of a scenario that comes with this repository, or a file.")
    var scenario = "browse"

    @OptionGroup var options: LoadOptions

    @Option(help: ArgumentHelp("Where the flame graph goes.", valueName: "file"))
    var svg = "profile.svg"

    @Flag(help: "Print JSON for programs.")
    var json = false

    func validate() throws {
        if options.url != nil { throw ValidationError("Only a cluster on this machine can be profiled.") }
    }

    func run() async throws {
        FileLimit.raise()
        let session = try await LoadSession.start(scenario, options, isQuiet: json)
        let folder = "/tmp/cryptodesk-profile-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let profile = try await ClusterProfile.take(session, recorder: try PerfRecorder(folder: folder))
        do {
            try profile.flameGraph.svg.write(toFile: svg, atomically: true, encoding: .utf8)
        } catch {
            throw ClusterError("\(svg) cannot be written.")
        }
        if json {
            try Console.say(json: profile.budget)
        } else {
            Console.say("\n\(BudgetTable(profile.budget).text)\n\nThe flame graph is in \(svg).")
        }
    }
}
