import FoundationEssentials
import Glibc
import LocalCluster

/// A cluster of `desk up` in a folder of its own, that ends when our end of a pipe does: also when we are killed.
struct PipedCluster {
    let cluster: RunningCluster
    let folder: DataFolder
    private let supervisor: Program.Running
    private let pipe: Int32

    /// - Parameters:
    ///   - arguments: of `desk up`; the ports are free ones.
    ///   - purpose: of the cluster, for its folder's name and for a complaint.
    static func start(
        _ installation: Installation, _ arguments: [String], for purpose: String
    ) async throws -> PipedCluster {
        var template = Array("/tmp/cryptodesk-\(purpose)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ClusterError("A folder for the \(purpose)'s servers could not be made in /tmp.")
        }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let log = path + ".log"
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw ClusterError("A pipe could not be made.") }
        // What we start must not inherit our end, or the servers would outlive us with it.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let supervisor = try Program(
            installation.executable,
            ["up"] + arguments + ["--port", "0", "--until-stdin-closes", "--data", path], input: ends[0], output: log
        ).start()
        close(ends[0])
        let folder = DataFolder(path: path)
        while supervisor.endedStatus() == nil {
            if let cluster = try await RunningCluster.find(folder), cluster.reply.state == .ready {
                try? FileManager.default.removeItem(atPath: log)
                return PipedCluster(cluster: cluster, folder: folder, supervisor: supervisor, pipe: ends[1])
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        close(ends[1])
        throw ClusterError("The servers for the \(purpose) did not start: see \(log).")
    }

    func stop() async {
        close(pipe)
        _ = try? await supervisor.wait()
        try? FileManager.default.removeItem(atPath: folder.layout.folder)
    }
}
