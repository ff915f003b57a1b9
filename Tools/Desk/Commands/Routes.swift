import ArgumentParser
import FoundationEssentials
import LocalCluster

struct Routes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the gateways' routes: of a running gateway, or of the file when there is none.")

    @OptionGroup var data: DataOption

    @Option(
        help: ArgumentHelp(
            "Show this file, whatever runs. (without a cluster: deploy/gateway/gateway.yaml)", valueName: "path"))
    var file: String?

    @Flag(help: "Print JSON for programs.")
    var json = false

    func run() async throws {
        let running = try await running()
        let report = if let running { running } else { try await read() }
        Console.say(json ? report : try RouteTable(json: report).text)
    }

    private func running() async throws -> String? {
        guard file == nil, let cluster = try await RunningCluster.find(try data.folder()) else { return nil }
        guard let report = await GatewayConfigurations(cluster).report() else {
            throw ClusterError("No gateway of this cluster answers: see ./desk status.")
        }
        return report
    }

    /// The gateway's own program reads the file, as it would at its start.
    private func read() async throws -> String {
        let installation = try Installation.find()
        let path = file ?? installation.repository + "/deploy/gateway/gateway.yaml"
        let output = FileManager.default.temporaryDirectory.path + "/cryptodesk-routes-\(getpid()).json"
        defer { try? FileManager.default.removeItem(atPath: output) }
        let gateway = Program(
            installation.programsFolder + "/gateway", ["check-config", "--json", path], output: output)
        let status = try await gateway.run()
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        guard status == 0 else {
            Console.complain(text)
            throw ExitCode(1)
        }
        return text.trimmingLastNewline()
    }

    private func getpid() -> Int32 { ProcessInfo.processInfo.processIdentifier }
}

extension String {
    fileprivate func trimmingLastNewline() -> String { hasSuffix("\n") ? String(dropLast()) : self }
}
