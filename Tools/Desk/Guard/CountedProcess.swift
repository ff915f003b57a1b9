import FoundationEssentials
import LocalCluster

/// A second process of a cluster's service, under valgrind, on ports of its own.
struct CountedProcess {
    let valgrind: Valgrind
    /// Of the service that it is another of.
    let service: String
    private let program: String
    private let environment: [String: String]

    /// - Parameter pid: of the service's own process.
    init(_ service: String, pid: Int32, _ valgrind: Valgrind) async throws {
        self.valgrind = valgrind
        self.service = service
        let files = FileManager.default
        guard let program = try? files.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe"),
            let variables = files.contents(atPath: "/proc/\(pid)/environ")
        else { throw ClusterError("The process of \(service) cannot be looked at.") }
        environment = Dictionary(
            variables.split(separator: 0).compactMap { entry in
                let text = String(decoding: entry, as: UTF8.self)
                return text.firstIndex(of: "=").map { (String(text[..<$0]), String(text[text.index(after: $0)...])) }
            }, uniquingKeysWith: { $1 })
        self.program = try await valgrind.stripped(program, name: service)
    }

    /// Starts it, lets it do the work, and ends it.
    ///
    /// - Returns: what the tool counted from start to end, and how long the requests took.
    func count(
        _ tool: Valgrind.Tool, _ work: GuardWork, users: [GuardUser]
    ) async throws -> (count: Int, taken: Duration) {
        let ports = try PortCheck.freePorts(2)
        let log = "\(valgrind.folder)/\(service)-\(tool.rawValue).log"
        for file in [log, log + ".output"] { try? FileManager.default.removeItem(atPath: file) }
        let own = [
            "LISTEN_PORT": "\(ports[0])", "ADMIN_PORT": "\(ports[1])", "EVENT_LOOPS": "1",
            "LISTEN_SOCKET": "\(valgrind.folder)/\(service).socket",
        ]
        let process = try valgrind.start(tool, program, environment: environment.merging(own) { $1 }, log: log)
        var taken = Duration.zero
        do {
            try await waitUntilReady(process, adminPort: ports[1], log: log)
            taken = try await work.run(port: ports[0], users: users)
        } catch {
            process.terminate()
            _ = try? await process.wait()
            throw error
        }
        process.terminate()
        _ = try await process.wait()
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        guard let count = tool.count(in: text) else {
            throw ClusterError("\(tool.rawValue) has not counted what \(service) did: \(text.suffix(500))")
        }
        return (count, taken)
    }

    private func waitUntilReady(_ process: Program.Running, adminPort: Int, log: String) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            if await LoopbackHTTP.text(port: adminPort, path: "/readyz") != nil { return }
            guard process.endedStatus() == nil else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        let text = (try? String(contentsOfFile: log + ".output", encoding: .utf8)) ?? ""
        throw ClusterError("\(service) does not start under valgrind: \(text.suffix(1000))")
    }
}
