import ArgumentParser
import FoundationEssentials
import LocalCluster

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the cluster's processes; exit status 3 when none runs.")

    @OptionGroup var data: DataOption

    @Flag(help: "Print JSON for programs.")
    var json = false

    private struct Report: Encodable {
        let primary: String?
        let epoch: Int?
        let processes: [ProcessStatus]
    }

    func run() async throws {
        let cluster = try await data.runningCluster()
        let processes = cluster.reply.processes
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            Console.say(
                String(
                    decoding: try encoder.encode(
                        Report(primary: cluster.reply.primary, epoch: cluster.reply.epoch, processes: processes)),
                    as: UTF8.self))
        } else {
            Console.say(StatusTable(processes).text)
            Console.say("\(cluster.reply.url) · supervisor \(cluster.reply.supervisor) · \(cluster.layout.folder)")
        }
    }
}
