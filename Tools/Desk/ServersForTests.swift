import FoundationEssentials
import Glibc
import LocalCluster

/// PostgreSQL and Redis for the integration tests: a cluster of `desk up` that ends when our end of a pipe does.
struct ServersForTests {
    private let folder: DataFolder
    private let supervisor: Program.Running
    private let pipe: Int32
    private let cluster: RunningCluster

    static func start(_ installation: Installation) async throws -> ServersForTests {
        var template = Array("/tmp/cryptodesk-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ClusterError("A folder for the tests' servers could not be made in /tmp.")
        }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let log = path + ".log"
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw ClusterError("A pipe could not be made.") }
        // The tests must not inherit our end, or the servers would outlive us with them.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let arguments = [
            "up", "--gateways", "0", "--auth", "0", "--strategies", "0", "--no-migrate", "--no-demo", "--port", "0",
            "--until-stdin-closes", "--data", path,
        ]
        let supervisor = try Program(installation.executable, arguments, input: ends[0], output: log).start()
        close(ends[0])
        let folder = DataFolder(path: path)
        while supervisor.endedStatus() == nil {
            if let cluster = try await RunningCluster.find(folder), cluster.reply.state == .ready {
                try? FileManager.default.removeItem(atPath: log)
                return ServersForTests(folder: folder, supervisor: supervisor, pipe: ends[1], cluster: cluster)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        close(ends[1])
        throw ClusterError("The servers for the tests did not start: see \(log).")
    }

    func environment() throws -> [String: String] { try TestServers(cluster).environment() }

    func stop() async {
        close(pipe)
        _ = try? await supervisor.wait()
        try? FileManager.default.removeItem(atPath: folder.layout.folder)
    }
}
