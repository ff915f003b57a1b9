import ArgumentParser
import FoundationEssentials
import LocalCluster

struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let every gateway read its routes and limits again; exit status 1 when one keeps what it had.",
        discussion: """
            What is under way goes on. A gateway that finds a mistake in the file changes nothing, and says what it is.
            """)

    @OptionGroup var data: DataOption

    @Flag(help: "Print JSON for programs.")
    var json = false

    func run() async throws {
        let reloads = await GatewayConfigurations(try await data.runningCluster()).reload()
        guard !reloads.isEmpty else { throw ClusterError("This cluster has no gateway.") }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            Console.say(String(decoding: try encoder.encode(reloads), as: UTF8.self))
        } else {
            for reload in reloads { say(reload) }
        }
        if reloads.contains(where: { $0.version == nil }) { throw ExitCode(1) }
    }

    private func say(_ reload: GatewayConfigurations.Reload) {
        if let version = reload.version, let hash = reload.hash {
            Console.say("\(reload.gateway) serves version \(version), SHA-256 \(hash.prefix(12))…")
        } else {
            Console.say("\(reload.gateway) keeps what it had:")
            for problem in reload.problems { Console.say("  \(problem)") }
        }
    }
}
