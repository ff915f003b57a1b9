import Documents
import FoundationEssentials
import Glibc
import Load
import LocalCluster
import UnixSignals

/// A scenario, the cluster that it loads, and the users that it has there.
struct LoadSession {
    let scenario: Scenario
    let url: LoadURL
    let threads: Int
    private let usersFile: String
    /// Of the cluster on this machine, by name; none where it is elsewhere.
    let processes: [String: Int32]
    private let progress: LoadProgress

    /// Finds the scenario and the cluster.
    ///
    /// - Parameter name: of a scenario of this repository, or the path of a file.
    static func start(_ name: String, _ options: LoadOptions, isQuiet: Bool) async throws -> LoadSession {
        let scenario = try options.applied(to: try Self.scenario(name))
        let (url, usersFile, processes) = try await Self.cluster(options)
        let cores = ProcessInfo.processInfo.activeProcessorCount
        return LoadSession(
            scenario: scenario, url: url, threads: options.threads ?? max(1, cores / 2), usersFile: usersFile,
            processes: processes, progress: LoadProgress(isQuiet: isQuiet))
    }

    private static func scenario(_ name: String) throws -> Scenario {
        do {
            if name.contains("/") || name.hasSuffix(".yaml") { return try Scenario(path: name) }
            let folder = try Installation.find().repository + "/Benchmarks/scenarios"
            let path = "\(folder)/\(name).yaml"
            guard FileManager.default.fileExists(atPath: path) else {
                let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
                let shipped = names.filter { $0.hasSuffix(".yaml") }.map { $0.dropLast(5) }.sorted()
                throw ClusterError("There is no scenario \(name): give a file, or \(shipped.joined(separator: ", ")).")
            }
            return try Scenario(path: path)
        } catch let error as DocumentError {
            throw ClusterError(error.description)
        }
    }

    private static func cluster(_ options: LoadOptions) async throws -> (LoadURL, String, [String: Int32]) {
        do {
            guard let text = options.url else {
                let cluster = try await options.data.runningCluster()
                let url = try LoadURL("http://127.0.0.1:\(cluster.ports.nginx)")
                return (url, options.usersFile ?? cluster.layout.folder + "/load/users.json", cluster.processIDs)
            }
            let url = try LoadURL(text)
            let home = ProcessInfo.processInfo.environment["HOME"] ?? "/tmp"
            return (url, options.usersFile ?? "\(home)/.cryptodesk-load/users-\(url.name)-\(url.port).json", [:])
        } catch let failure as LoadFailure {
            throw ClusterError(failure.description)
        }
    }

    /// Prepares the users, runs the scenario, and keeps the users as they are then.
    ///
    /// - Parameter scenario: another one for the same users; the session's own without one.
    func run(_ scenario: Scenario? = nil) async throws -> LoadReport {
        let scenario = scenario ?? self.scenario
        do {
            var file = try UserFile(path: usersFile)
            progress.say("preparing \(scenario.users) users with \(scenario.strategies) strategies each")
            let users = try await UserPreparation(url: url, strategies: scenario.strategies)
                .prepare(scenario.users, file: &file) { progress.prepared($0, of: scenario.users) }
            progress.say("\(scenario.name): \(scenario.description); \(scenario.arrival.text); \(url.text)")
            let run = LoadRun(scenario, url: url, threads: threads)
            let outcome = try await stoppable(run) {
                try await run.run(users: users, processes: samples) { progress.show($0) }
            }
            progress.end()
            try file.keep(outcome.users.map(\.user))
            return outcome.report
        } catch let failure as LoadFailure {
            throw ClusterError(failure.description)
        }
    }

    /// Ctrl-C ends the run, and what was measured until then is told.
    private func stoppable(_ run: LoadRun, _ body: () async throws -> LoadOutcome) async throws -> LoadOutcome {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let watching = Task {
            for await _ in signals {
                run.stop()
                break
            }
        }
        defer { watching.cancel() }
        return try await body()
    }

    private var samples: @Sendable () -> [String: ProcessSample] {
        { [processes] in
            guard !processes.isEmpty else { return [:] }
            return ProcessConsumption.read(of: processes).mapValues {
                ProcessSample(processorTime: $0.seconds, megabytes: $0.megabytes)
            }
        }
    }
}
