import ArgumentParser
import LocalCluster

struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Stop the cluster and all its processes.")

    @OptionGroup var data: DataOption

    func run() async throws {
        let folder = try data.folder()
        guard try await ControlClient(folder.layout).send(ControlRequest(.stop)) != nil else {
            Console.say("No cluster runs in \(folder.layout.folder).")
            return
        }
        let start = ContinuousClock.now
        // The sum of what the processes are given to stop, and a little more.
        let deadline = start + .seconds(75)
        while try folder.isLocked() {
            guard ContinuousClock.now < deadline else {
                throw ClusterError(
                    "The cluster in \(folder.layout.folder) has not stopped in time: "
                        + "see \(folder.layout.log("supervisor")), and end the supervisor with kill.")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        let seconds = ContinuousClock.now - start
        Console.say("The cluster has stopped after \(seconds.inSeconds); no process is left.")
    }
}
