import ArgumentParser
import FoundationEssentials
import LocalCluster

struct Restart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Restart a process, or all of them one after the other, each out of use before it stops.",
        discussion: """
            A process is first taken out of use, and ends when what is in flight is done. nginx renews its workers and \
            keeps its port. With `all`, the first process that does not become ready again stops the rest.
            """)

    @Argument(help: "The process, as `desk status` names it, or all.")
    var name: String

    @OptionGroup var data: DataOption

    @Flag(help: "Print JSON for programs.")
    var json = false

    func run() async throws {
        let cluster = try await data.runningCluster()
        let start = ContinuousClock.now
        let isQuiet = json
        guard
            let reply = try await ControlClient(cluster.layout).send(
                ControlRequest(.restart, process: name), progress: { if !isQuiet { Console.say($0) } })
        else { throw ClusterError("The supervisor has just ended.") }
        if let error = reply.error { throw ClusterError(error) }
        let restarted = reply.restarted ?? []
        if json {
            let list = String(decoding: try JSONEncoder().encode(restarted), as: UTF8.self)
            Console.say("{\"restarted\":\(list)}")
        } else {
            let what = restarted.count == 1 ? restarted[0] : "\(restarted.count) processes"
            Console.say("Restarted \(what) in \((ContinuousClock.now - start).inSeconds).")
        }
    }
}
