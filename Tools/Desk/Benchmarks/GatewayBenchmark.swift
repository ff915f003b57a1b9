import FoundationEssentials
import LocalCluster

/// Our gateway, with JWT, revocation and limits on, and nginx with Lua and Redis: side by side, in one run, before the same
/// upstream.
struct GatewayBenchmark {
    private static let users = 50
    private static let path = "/api/v1/strategies"

    let installation: Installation
    let rounds: Int
    let seconds: Int
    let connections: Int

    func run(progress: (String) -> Void) async throws -> GatewayReport {
        guard let wrk = ServerSearch.program("wrk") else {
            throw ClusterError("wrk is needed: ./desk bench installs it.")
        }
        let folder = "/tmp/cryptodesk-bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        progress("starting both gateways, and one upstream for both")
        let servers = try await BenchmarkServers.start(installation, folder: folder)
        do {
            let cluster = try await startCluster(servers)
            do {
                progress("signing in \(Self.users) users")
                let load = Wrk(
                    program: wrk, script: installation.repository + "/Benchmarks/list.lua",
                    tokens: try await signIn(cluster.cluster, folder: folder))
                let report = try await compare(load, servers, cluster.cluster, progress: progress)
                await cluster.stop()
                await servers.stop()
                return report
            } catch {
                await cluster.stop()
                throw error
            }
        } catch {
            await servers.stop()
            throw error
        }
    }

    /// One gateway with one event loop, as the other is one nginx with one worker.
    private func startCluster(_ servers: BenchmarkServers) async throws -> PipedCluster {
        try await PipedCluster.start(
            installation,
            [
                "--gateways", "1", "--auth", "1", "--strategies", "0", "--replicas", "0", "--no-demo",
                "--set", "STRATEGIES_UPSTREAMS=127.0.0.1:\(servers.upstreamPort)", "--set", "EVENT_LOOPS=1",
                "--set", "BCRYPT_COST=10", "--set", "ACCESS_TOKEN_LIFETIME_S=3600",
            ], for: "bench")
    }

    /// - Returns: the path of a file with an access token a line.
    private func signIn(_ cluster: RunningCluster, folder: String) async throws -> String {
        let port = cluster.ports.listen(.gateway, 1)
        var tokens: [String] = []
        for user in 1...Self.users {
            let (email, password) = ("bench-\(user)@example.com", "Bench-Password-1")
            _ = await LoopbackHTTP.send(
                "POST", port: port, path: "/api/v1/auth/register",
                content: (
                    "application/json",
                    "{\"email\":\"\(email)\",\"password\":\"\(password)\",\"full_name\":\"Bench\"}"
                ))
            let answer = await LoopbackHTTP.send(
                "POST", port: port, path: "/api/v1/auth/login",
                content: ("application/x-www-form-urlencoded", "username=\(email)&password=\(password)"))
            struct Pair: Decodable {
                enum CodingKeys: String, CodingKey { case accessToken = "access_token" }
                let accessToken: String
            }
            guard let answer, answer.status == 200,
                let pair = try? JSONDecoder().decode(Pair.self, from: Data(answer.body.utf8))
            else { throw ClusterError("A user could not sign in for the benchmark: \(answer?.body ?? "no answer").") }
            tokens.append(pair.accessToken)
        }
        let file = folder + "/tokens"
        try (tokens.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }

    private func compare(
        _ load: Wrk, _ servers: BenchmarkServers, _ cluster: RunningCluster, progress: (String) -> Void
    ) async throws -> GatewayReport {
        func pid(_ name: String) -> Int32? {
            cluster.reply.processes.first { $0.name == name }?.pid.map { Int32($0) }
        }
        let ours = Contender(
            port: cluster.ports.listen(.gateway, 1),
            processes: [
                "gateway": pid("gateway-1"), "redis": pid("redis"), "auth": pid("auth-1"),
                "upstream": servers.upstream.pid,
            ],
            redis: ["-s", cluster.layout.redisSocket("redis")], password: try cluster.redisPassword())
        let peer = Contender(
            port: servers.peerPort,
            processes: ["gateway": servers.peer.pid, "redis": servers.peerRedis.pid, "upstream": servers.upstream.pid],
            redis: ["-s", load.tokens.replacing("/tokens", with: "/redis.sock")], password: nil)
        var figures: (ours: [GatewayFigures], peer: [GatewayFigures]) = ([], [])
        progress("warming up")
        for contender in [ours, peer] {
            _ = try await load.run(port: contender.port, path: Self.path, connections: connections, seconds: 2)
        }
        for round in 1...rounds {
            figures.ours.append(try await measure(ours, load))
            figures.peer.append(try await measure(peer, load))
            progress(
                "round \(round) of \(rounds): \(Int(figures.ours[round - 1].requestsPerSecond)) and "
                    + "\(Int(figures.peer[round - 1].requestsPerSecond)) requests/s")
        }
        let (median, peerMedian) = (
            GatewayFigures.medians(of: figures.ours), GatewayFigures.medians(of: figures.peer)
        )
        return GatewayReport(
            date: Date.now.formatted(.iso8601), cores: ProcessInfo.processInfo.activeProcessorCount,
            connections: connections, rounds: rounds, seconds: seconds, ours: median, nginxLua: peerMedian,
            ratioToNginxLua: median.requestsPerSecond / max(1, peerMedian.requestsPerSecond))
    }

    private struct Contender {
        let port: Int
        let processes: [String: Int32?]
        /// What redis-cli is to connect to.
        let redis: [String]
        let password: String?

        func processorSeconds() -> [String: Double] {
            processes.compactMapValues { $0.map(ProcessorTime.seconds(of:)) }
        }
    }

    private func measure(_ contender: Contender, _ load: Wrk) async throws -> GatewayFigures {
        let commands = try await redisCommands(contender, load)
        let before = contender.processorSeconds()
        let outcome = try await load.run(
            port: contender.port, path: Self.path, connections: connections, seconds: seconds)
        let after = contender.processorSeconds()
        let requests = Double(max(1, outcome.requests))
        return GatewayFigures(
            requestsPerSecond: outcome.requestsPerSecond, p50: outcome.p50, p99: outcome.p99, wrong: outcome.wrong,
            processorMicroseconds: after.merging(before) { ($0 - $1) * 1e6 / requests },
            redisCommandsPerRequest: Double(try await redisCommands(contender, load) - commands) / requests)
    }

    /// How many commands the contender's Redis has been given so far.
    private func redisCommands(_ contender: Contender, _ load: Wrk) async throws -> Int {
        let output = load.tokens + ".redis"
        defer { try? FileManager.default.removeItem(atPath: output) }
        let client = ServerSearch.program("redis-cli") ?? "redis-cli"
        _ = try await Program(
            client, contender.redis + ["info", "stats"],
            environment: contender.password.map { ["REDISCLI_AUTH": $0] } ?? [:], output: output
        ).run()
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("total_commands_processed:") }
        guard let count = line?.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw ClusterError("Redis does not say how many commands it has processed.")
        }
        return count
    }
}
