import ArgumentParser
import FoundationEssentials
import LocalCluster

struct Promote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a standby the primary; the old primary follows it from then on.",
        discussion: """
            The old primary is stopped if it can be, else killed, and never starts as a primary again: it is rewound to \
            the new one and rejoins by itself. The command returns when writes go to the new primary.
            """)

    @Argument(help: "The standby, as `desk status` names it.")
    var name: String

    @OptionGroup var data: DataOption

    @Flag(help: "Print JSON for programs.")
    var json = false

    func run() async throws {
        let cluster = try await data.runningCluster()
        let start = ContinuousClock.now
        let isQuiet = json
        let request = ControlRequest(.promote, process: name)
        guard
            let reply = try await ControlClient(cluster.layout).send(
                request, progress: { if !isQuiet { Console.say($0) } })
        else { throw ClusterError("The supervisor has just ended; ./desk up goes on with the promotion.") }
        if let error = reply.error { throw ClusterError(error) }
        if json {
            Console.say("{\"epoch\":\(reply.epoch ?? 0),\"primary\":\"\(reply.primary ?? "")\"}")
        } else {
            Console.say("\(reply.primary ?? name) is the primary after \((ContinuousClock.now - start).inSeconds).")
        }
    }
}
