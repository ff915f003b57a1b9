import Foundation
import JSON
import TestSupport

/// A cluster of real servers, started by the `desk` program, in a folder and on ports of its own.
///
/// The program stops the cluster when its standard input ends, and that happens however this process ends.
final class ClusterUnderTest: Sendable {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// One for all tests that leave it as they found it: two of each.
    static let shared = Task { try await ClusterUnderTest.start() }

    let port: Int
    let folder: String
    private let supervisor: Process
    private let input: Pipe
    private let log: URL

    var baseURL: String { "http://127.0.0.1:\(port)" }
    func gatewayURL(_ instance: Int) -> String { "http://127.0.0.1:\(port + 100 + instance)" }
    func authURL(_ instance: Int) -> String { "http://127.0.0.1:\(port + 200 + instance)" }
    func strategiesURL(_ instance: Int) -> String { "http://127.0.0.1:\(port + 300 + instance)" }
    func strategiesAdminURL(_ instance: Int) -> String { "http://127.0.0.1:\(port + 350 + instance)" }
    var supervisorID: Int32 { supervisor.processIdentifier }

    private init(port: Int, folder: String, supervisor: Process, input: Pipe, log: URL) {
        self.port = port
        self.folder = folder
        self.supervisor = supervisor
        self.input = input
        self.log = log
    }

    /// Starts a cluster and waits until all of it is ready.
    ///
    /// - Parameters:
    ///   - arguments: further options of `desk up`.
    ///   - folder: of a cluster that ran before; a new one without.
    ///   - executable: the `desk` that supervises; the one that is tested without.
    static func start(
        _ arguments: [String] = [], folder: String? = nil, executable: String? = nil
    ) async throws -> ClusterUnderTest {
        let port = try freeBasePort()
        let isNew = folder == nil
        let folder =
            folder ?? FileManager.default.temporaryDirectory.appending(path: "cryptodesk-e2e-\(port)").path
        let log = URL(filePath: folder + ".log")
        if isNew { try? FileManager.default.removeItem(atPath: folder) }
        let input = Pipe()
        // All tests are one client address.
        let settings = ["--set", "BCRYPT_COST=10", "--set", "LOGIN_LIMIT_ADDRESS=100000"]
        let supervisor = try launch(
            ["up", "--until-stdin-closes", "--data", folder, "--port", String(port)] + settings + arguments,
            executable: executable, input: input, log: log)
        let cluster = ClusterUnderTest(port: port, folder: folder, supervisor: supervisor, input: input, log: log)
        let isReady = try await eventually(within: .seconds(90)) {
            guard supervisor.isRunning else { throw Failed(description: cluster.output) }
            return try await cluster.processes().allSatisfy(\.isReady) && cluster.output.contains("Ready after")
        }
        guard isReady else { throw Failed(description: "The cluster is not ready:\n" + cluster.output) }
        return cluster
    }

    /// What the supervisor has printed.
    var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// Ends the supervisor's standard input, and waits until it has ended.
    func stop() async throws -> Int32 {
        try input.fileHandleForWriting.close()
        guard try await eventually(within: .seconds(60), { !supervisor.isRunning }) else {
            throw Failed(description: "The supervisor does not stop:\n" + output)
        }
        return supervisor.terminationStatus
    }

    /// Runs `desk` with this cluster's folder and returns what it printed on standard output, and its exit status.
    @discardableResult
    func desk(_ arguments: String...) async throws -> (output: String, status: Int32) {
        try await Self.run(arguments + ["--data", folder])
    }

    struct ProcessEntry {
        let name: String
        let id: Int32
        let port: Int?
        let adminPort: Int?
        let isReady: Bool
        let residentMegabytes: Double
    }

    /// What `desk status --json` lists; empty before the supervisor answers.
    func processes() async throws -> [ProcessEntry] {
        let (output, status) = try await desk("status", "--json")
        guard status == 0, let root = try? JSONValue(parsing: output.utf8) else { return [] }
        return root.object?["processes"]?.array?.compactMap { entry in
            guard let entry = entry.object, let name = entry["name"]?.string, let id = entry["pid"]?.integer else {
                return nil
            }
            var megabytes = 0.0
            if case .number(let text)? = entry["rss_mb"] { megabytes = Double(text) ?? 0 }
            return ProcessEntry(
                name: name, id: Int32(id), port: entry["port"]?.integer, adminPort: entry["admin_port"]?.integer,
                isReady: entry["ready"]?.bool ?? false, residentMegabytes: megabytes)
        } ?? []
    }

    func waitUntilReady() async throws -> Bool {
        try await eventually(within: .seconds(60)) {
            let processes = try await processes()
            return !processes.isEmpty && processes.allSatisfy(\.isReady)
        }
    }

    /// Waits until every instance lets a stranger in as far as a wrong password: all its connections are back.
    func waitUntilServing() async throws -> Bool {
        try await eventually(within: .seconds(60)) {
            for url in [authURL(1), authURL(2)] {
                for _ in 0..<4 {
                    let answer = try? await APIClient(url).login(TestUser.newEmail(), "Wrong-Password-1")
                    guard answer?.status == 401 else { return false }
                }
            }
            return true
        }
    }
}
