import ArgumentParser
import Glibc
import LocalCluster

/// Starts the supervisor as a process of its own, and shows what it says until the cluster is ready.
struct DetachedStart {
    let folder: DataFolder
    let installation: Installation

    func run() async throws {
        try folder.prepareLogs()
        let log = folder.layout.log("supervisor")
        let offset = LogReader.size(of: log)
        let arguments = CommandLine.arguments.dropFirst().filter { $0 != "--detach" }
        let supervisor = try Program(installation.executable, Array(arguments), output: log, isDetached: true).start()
        var reader = LogReader(path: log, offset: offset)
        while true {
            let ended = supervisor.endedStatus()
            let isReady = try await RunningCluster.find(folder).map {
                $0.reply.state == .ready && $0.reply.supervisor == Int(supervisor.pid)
            }
            reader.copyNew()
            if let ended { throw ExitCode(ended) }
            if isReady == true { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
