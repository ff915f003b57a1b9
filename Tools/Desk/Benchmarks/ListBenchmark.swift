import FoundationEssentials
import LocalCluster

/// The authenticated list of ten strategies: our full path, the FastAPI service that a team would write otherwise, and the
/// ceilings, side by side in one run.
struct ListBenchmark {
    static let path = "/api/v1/strategies"
    static let users = 1000
    private static let strategies = 10

    let installation: Installation
    let rounds: Int
    let seconds: Int
    let connections: Int
    let progress: (String) -> Void

    struct Outcome {
        let paths: [ListReport.Path]
        let targets: ListTargets
        let ratioToFastAPI: Double
    }

    func run() async throws -> Outcome {
        guard let wrk = ServerSearch.program("wrk") else {
            throw ClusterError("wrk is needed: ./desk bench installs it.")
        }
        let folder = "/tmp/cryptodesk-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        progress("starting the cluster")
        return try await withCluster(instances: 1) { cluster in
            progress("making \(Self.users) users with \(Self.strategies) strategies each")
            let prepared = try await prepare(cluster, wrk: wrk, folder: folder, name: "one")
            progress("watching the idle cluster")
            let idle = try await IdleCluster.measure(cluster)
            return try await compare(cluster, prepared, idle, folder: folder)
        }
    }

    // MARK: Clusters

    private func withCluster<T>(
        instances: Int, _ body: (RunningCluster) async throws -> T
    ) async throws -> T {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let cluster = try await PipedCluster.start(
            installation,
            [
                "--gateways", "\(instances)", "--auth", "1", "--strategies", "\(instances)", "--replicas", "1",
                "--no-demo", "--set", "EVENT_LOOPS=\(max(1, cores / instances))",
            ], for: "bench")
        do {
            let result = try await body(cluster.cluster)
            await cluster.stop()
            return result
        } catch {
            await cluster.stop()
            throw error
        }
    }

    private struct Prepared {
        let wrk: Wrk
        let users: [PreparedUsers.User]
        /// Of the first user.
        let token: String
    }

    private func prepare(
        _ cluster: RunningCluster, wrk: String, folder: String, name: String
    ) async throws -> Prepared {
        let users = try await ClusterDatabase(cluster).prepare(
            PreparedUsers(count: Self.users, strategies: Self.strategies), cost: 10)
        let issuer = try BenchmarkTokens(cluster)
        var tokens: [String] = []
        for user in users { tokens.append(try await issuer.token(for: user)) }
        guard let first = tokens.first else { throw ClusterError("No users could be made for the benchmark.") }
        let file = "\(folder)/tokens-\(name)"
        try (tokens.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        let script = installation.repository + "/Benchmarks/list.lua"
        return Prepared(wrk: Wrk(program: wrk, script: script, tokens: file), users: users, token: first)
    }

    // MARK: Rounds

    private func compare(
        _ cluster: RunningCluster, _ prepared: Prepared, _ idle: IdleCluster, folder: String
    ) async throws -> Outcome {
        let answer = await LoopbackHTTP.send("GET", port: cluster.ports.nginx, path: Self.path, token: prepared.token)
        guard let answer, answer.status == 200, StrategyList(answer.body)?.count == Self.strategies else {
            throw ClusterError("Our own list is not one of ten strategies: \(answer?.body ?? "no answer").")
        }
        progress("starting the FastAPI service; the first time installs it")
        let replica = PostgresServer(2)
        let environment = try cluster.postgresEnvironment(.owner, on: replica)
        let peers = try await ListPeers.start(
            database: (
                DatabaseRole.owner.url(
                    socketFolder: cluster.layout.postgresSocketFolder, port: cluster.ports.postgres(replica)),
                environment["PGPASSWORD"] ?? ""
            ),
            keys: "http://127.0.0.1:\(cluster.ports.listen(.auth, 1))/.well-known/jwks.json",
            answer: "[\(answer.body)]", folder: folder, installation,
            workers: ProcessInfo.processInfo.activeProcessorCount)
        do {
            try await peers.waitUntilReady(token: prepared.token, path: Self.path, answer: answer.body)
            let contenders = try contenders(cluster, prepared, peers, replica, folder: folder)
            let figures = try await alternate(contenders)
            await peers.stop()
            let pair = try await compareWithTwo(contenders[0], prepared, folder: folder)
            return outcome(contenders, figures, pair, idle)
        } catch {
            await peers.stop()
            throw error
        }
    }

    private func contenders(
        _ cluster: RunningCluster, _ prepared: Prepared, _ peers: ListPeers, _ replica: PostgresServer, folder: String
    ) throws -> [PathContender] {
        let ids = prepared.users.map(\.id)
        let database = cluster.processIDs[replica.name]
        func wrk(_ port: Int) -> PathContender.Generator { .wrk(prepared.wrk, port: port, path: Self.path) }
        return [
            Self.fullPath(cluster, prepared.wrk),
            PathContender(
                name: "FastAPI, reached directly", generator: wrk(peers.fastAPIPort),
                processes: ["uvicorn": peers.fastAPI.pid, "redis": peers.redis.pid].adding(replica.name, database)),
            PathContender(
                name: "ceiling: nginx before nginx", generator: wrk(peers.proxyPort),
                processes: ["nginx": peers.proxy.pid, "upstream": peers.upstream.pid]),
            PathContender(
                name: "ceiling: the statement by pgbench",
                generator: .pgbench(
                    Pgbench(
                        program: cluster.description.postgresFolder + "/pgbench",
                        script: installation.repository + "/Benchmarks/ceilings/list.sql",
                        environment: try cluster.postgresEnvironment(.strategies, on: replica),
                        users: (ids.min() ?? 0)...(ids.max() ?? 0), folder: folder)),
                processes: [:].adding(replica.name, database)),
        ]
    }

    private static func fullPath(_ cluster: RunningCluster, _ wrk: Wrk) -> PathContender {
        PathContender(
            name: "CryptoDesk, full path", generator: .wrk(wrk, port: cluster.ports.nginx, path: path),
            processes: cluster.processIDs)
    }

    /// So many rounds of each, in turn.
    private func alternate(_ contenders: [PathContender]) async throws -> [PathFigures] {
        progress("warming up")
        for contender in contenders { try await contender.warmUp(connections: connections) }
        var figures: [[PathFigures]] = contenders.map { _ in [] }
        for round in 1...rounds {
            for (index, contender) in contenders.enumerated() {
                figures[index].append(try await contender.measure(connections: connections, seconds: seconds))
            }
            let rates = figures.compactMap(\.last).map { ListReport.number($0.requestsPerSecond, 0) }
            progress("round \(round) of \(rounds): \(rates.joined(separator: ", ")) requests/s")
        }
        return figures.map(PathFigures.medians(of:))
    }

    /// The same with two gateways and two services, on a cluster of its own beside the first.
    private func compareWithTwo(
        _ one: PathContender, _ prepared: Prepared, folder: String
    ) async throws -> (two: PathFigures, one: PathFigures) {
        progress("starting a cluster with two gateways and two services")
        return try await withCluster(instances: 2) { cluster in
            let own = try await prepare(cluster, wrk: prepared.wrk.program, folder: folder, name: "two")
            let figures = try await alternate([Self.fullPath(cluster, own.wrk), one])
            return (figures[0], figures[1])
        }
    }

    private func outcome(
        _ contenders: [PathContender], _ figures: [PathFigures], _ pair: (two: PathFigures, one: PathFigures),
        _ idle: IdleCluster
    ) -> Outcome {
        let ratio = figures[0].requestsPerSecond / max(1, figures[1].requestsPerSecond)
        return Outcome(
            paths: zip(contenders, figures).map { .init(name: $0.name, figures: $1) }
                + [.init(name: "CryptoDesk, 2 gateways and 2 services", figures: pair.two)],
            targets: ListTargets(ours: figures[0], ratioToFastAPI: ratio, cached: nil, pair: pair, idle: idle),
            ratioToFastAPI: ratio)
    }
}

extension [String: Int32] {
    fileprivate func adding(_ name: String, _ pid: Int32?) -> [String: Int32] {
        pid.map { merging([name: $0]) { $1 } } ?? self
    }
}
