import ArgumentParser
import LocalCluster

struct Kill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Kill a process (SIGKILL); the supervisor starts it again.")

    @OptionGroup var target: FaultTarget

    func run() async throws { try await target.send(.kill) }
}

struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Suspend a process (SIGSTOP) until `desk resume`.")

    @OptionGroup var target: FaultTarget

    func run() async throws { try await target.send(.pause) }
}

struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a suspended process go on (SIGCONT).")

    @OptionGroup var target: FaultTarget

    func run() async throws { try await target.send(.resume) }
}

/// The process that a fault is for.
struct FaultTarget: ParsableArguments {
    @Argument(help: "The process, as `desk status` names it.")
    var name: String

    @OptionGroup var data: DataOption

    func send(_ command: ControlRequest.Command) async throws {
        let cluster = try await data.runningCluster()
        guard let reply = try await ControlClient(cluster.layout).send(ControlRequest(command, process: name)) else {
            throw ClusterError("The supervisor has just ended.")
        }
        if let error = reply.error { throw ClusterError(error) }
    }
}
