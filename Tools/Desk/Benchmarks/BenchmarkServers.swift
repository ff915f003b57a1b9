import FoundationEssentials
import LocalCluster

/// The servers beside our cluster: what stands behind both gateways, the other gateway, and its Redis.
struct BenchmarkServers {
    let upstreamPort: Int
    let peerPort: Int
    let upstream: Program.Running
    let peer: Program.Running
    let peerRedis: Program.Running
    private let folder: String

    /// - Parameter folder: a new one of this run's, which others may enter.
    static func start(_ installation: Installation, folder: String) async throws -> BenchmarkServers {
        guard let redis = ServerSearch.program("redis-server") else {
            throw ClusterError("redis-server is needed: ./desk bench installs it.")
        }
        let ports = try PortCheck.freePorts(2)
        let values = [
            "UPSTREAM_PORT": "\(ports[0])",
            "CONFIGURATION": installation.repository + "/Benchmarks/peers/nginx-lua",
        ]
        try answer.write(toFile: folder + "/strategies.json", atomically: true, encoding: .utf8)
        func start(nginx name: String, port: Int) throws -> Program.Running {
            try NginxPeer.start(
                name, values.merging(["PORT": "\(port)"]) { $1 }, folder: folder, installation)
        }
        let servers = BenchmarkServers(
            upstreamPort: ports[0], peerPort: ports[1],
            upstream: try start(nginx: "static", port: ports[0]),
            peer: try start(nginx: "nginx-lua", port: ports[1]),
            peerRedis: try Program(
                redis,
                [
                    "--port", "0", "--unixsocket", folder + "/redis.sock", "--unixsocketperm", "777", "--save", "",
                    "--appendonly", "no", "--dir", folder,
                ], output: folder + "/redis.log"
            ).start(), folder: folder)
        do {
            try await servers.waitUntilReady()
        } catch {
            await servers.stop()
            throw error
        }
        return servers
    }

    func stop() async {
        for server in [peer, upstream, peerRedis] {
            server.terminate()
            _ = try? await server.wait()
        }
    }

    private func waitUntilReady() async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            let answers = [
                await LoopbackHTTP.send("GET", port: upstreamPort, path: "/api/v1/strategies")?.status,
                await LoopbackHTTP.send("GET", port: peerPort, path: "/api/v1/strategies")?.status,
            ]
            if answers == [200, 200] { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ClusterError("The servers to compare with do not answer: see the logs in \(folder).")
    }

    /// A list of ten strategies, as our service answers it.
    private static var answer: String {
        let rows = (1...10).map { number in
            """
            {"id":\(number),"user_id":1,"strategy_name":"Strategy \(number)","description":"Follows a trend.",\
            "parameters":{"risk":0.01,"symbol":"BTC-USD","window":20},"tags":[],"status":"draft","version":1,\
            "created_at":"2026-01-01T00:00:00.000000Z","updated_at":"2026-01-01T00:00:00.000000Z"}
            """
        }
        return "[" + rows.joined(separator: ",") + "]"
    }
}
