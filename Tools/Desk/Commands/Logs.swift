import ArgumentParser
import LocalCluster

struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a process's log.")

    @Argument(help: "The process, as `desk status` names it; nginx-access, setup and supervisor are logs as well.")
    var name: String

    @Flag(name: .shortAndLong, help: "Go on with what is written from now on.")
    var follow = false

    @Option(name: .shortAndLong, help: "How many of the last lines to begin with.")
    var lines = 100

    @OptionGroup var data: DataOption

    func run() async throws {
        let layout = try data.folder().layout
        let names = LogFiles(layout).names
        let name = try LogFiles(layout).resolved(name)
        guard names.contains(name) else {
            let known = names.isEmpty ? "there are none yet" : "there are \(names.joined(separator: ", "))"
            throw ClusterError("There is no log of “\(name)” in \(layout.logsFolder): \(known).")
        }
        let path = layout.log(name)
        var reader = LogReader(path: path, offset: LogReader.offset(ofLast: lines, in: path))
        reader.copyNew()
        while follow {
            try await Task.sleep(for: .milliseconds(200))
            reader.copyNew()
        }
    }
}
