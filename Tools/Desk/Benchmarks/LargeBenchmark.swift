import FoundationEssentials
import LocalCluster

/// The statements of the service in a database of many users, against the same ones while it had few.
struct LargeBenchmark {
    static let fewUsers = 10_000
    static let strategies = 10
    private static let operations = ["list", "get", "search", "create"]

    let installation: Installation
    let users: Int
    let rounds: Int
    let seconds: Int
    let progress: (String) -> Void

    func run() async throws -> [LargeReport.Operation] {
        progress("starting PostgreSQL")
        let cluster = try await PipedCluster.start(
            installation, ["--gateways", "0", "--auth", "0", "--strategies", "0", "--replicas", "0", "--no-demo"],
            for: "bench")
        do {
            let operations = try await compare(cluster.cluster)
            await cluster.stop()
            return operations
        } catch {
            await cluster.stop()
            throw error
        }
    }

    private func compare(_ cluster: RunningCluster) async throws -> [LargeReport.Operation] {
        let (database, many) = (try ClusterDatabase(cluster), ManyUsers(strategies: Self.strategies))
        try await database.make(many, 1...Self.fewUsers) { _ in }
        let few = try await measure(cluster, users: Self.fewUsers)
        try await database.make(many, (Self.fewUsers + 1)...users) { made in
            if made % 50_000 == 0 || made == users { progress("\(ListReport.number(Double(made), 0)) users are made") }
        }
        let all = try await measure(cluster, users: users)
        return zip(Self.operations, zip(few, all)).map { name, rates in
            LargeReport.Operation(name: name, fewPerSecond: rates.0, manyPerSecond: rates.1)
        }
    }

    /// Statements a second of each operation: the median of rounds that alternate.
    private func measure(_ cluster: RunningCluster, users: Int) async throws -> [Double] {
        let folder = "/tmp/cryptodesk-large-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var rates: [[Double]] = Self.operations.map { _ in [] }
        // The first round warms up.
        for round in 0...rounds {
            for (index, name) in Self.operations.enumerated() {
                let rate = try await Pgbench(
                    program: cluster.description.postgresFolder + "/pgbench",
                    script: installation.repository + "/Benchmarks/large/\(name).sql",
                    environment: try cluster.postgresEnvironment(.strategies), users: 1...users, folder: folder,
                    variables: ["each": Self.strategies]
                ).run(seconds: seconds)
                if round > 0 { rates[index].append(rate) }
            }
            let text = zip(Self.operations, rates).map { "\($0) \(ListReport.number($1.last, 0))/s" }
            if round > 0 { progress("round \(round) of \(rounds): \(text.joined(separator: ", "))") }
        }
        return rates.map(\.median)
    }
}
