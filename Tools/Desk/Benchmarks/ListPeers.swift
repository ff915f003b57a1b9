import FoundationEssentials
import LocalCluster

/// What our full path is compared with: the FastAPI service with its Redis, and nginx before nginx.
struct ListPeers {
    let fastAPIPort: Int
    let proxyPort: Int
    let fastAPI: Program.Running
    let redis: Program.Running
    let proxy: Program.Running
    let upstream: Program.Running
    private let folder: String

    /// - Parameters:
    ///   - database: the URL that the service reads the same rows from.
    ///   - keys: the URL of the public keys.
    ///   - answer: our own answer for one user, which the last nginx gives to everybody.
    ///   - folder: a new one of this run's, which others may enter.
    static func start(
        database: (url: String, password: String), keys: String, answer: String, folder: String,
        _ installation: Installation, workers: Int
    ) async throws -> ListPeers {
        let python = try await installPython(installation, folder)
        guard let redis = ServerSearch.program("redis-server") else {
            throw ClusterError("redis-server is needed: ./desk bench installs it.")
        }
        let ports = try PortCheck.freePorts(3)
        try answer.write(toFile: folder + "/strategies.json", atomically: true, encoding: .utf8)
        let upstream = try NginxPeer.start("static", ["PORT": "\(ports[0])"], folder: folder, installation)
        let proxy = try NginxPeer.start(
            "proxy", ["PORT": "\(ports[1])", "UPSTREAM_PORT": "\(ports[0])"], folder: folder, installation)
        let store = try Program(
            redis,
            [
                "--port", "0", "--unixsocket", folder + "/redis.sock", "--unixsocketperm", "777", "--save", "",
                "--appendonly", "no", "--dir", folder,
            ], output: folder + "/redis.log"
        ).start()
        let fastAPI = try Program(
            python + "/bin/uvicorn",
            [
                "app:app", "--app-dir", installation.repository + "/Benchmarks/peers/fastapi", "--host", "127.0.0.1",
                "--port", "\(ports[2])", "--workers", "\(workers)", "--loop", "uvloop", "--http", "httptools",
                "--no-access-log", "--log-level", "warning",
            ],
            environment: [
                "DATABASE_URL": database.url, "PGPASSWORD": database.password, "JWKS_URL": keys,
                "REDIS_URL": "unix://\(folder)/redis.sock", "PYTHONDONTWRITEBYTECODE": "1",
            ], output: folder + "/fastapi.log"
        ).start()
        return ListPeers(
            fastAPIPort: ports[2], proxyPort: ports[1], fastAPI: fastAPI, redis: store, proxy: proxy,
            upstream: upstream, folder: folder)
    }

    /// - Returns: the folder of the virtual environment.
    private static func installPython(_ installation: Installation, _ folder: String) async throws -> String {
        let output = folder + "/install.log"
        let script = installation.repository + "/Benchmarks/peers/fastapi/install.sh"
        let status = try await Program(script, [], output: output).run()
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        guard status == 0, let last = text.split(separator: "\n").last else {
            throw ClusterError("What the FastAPI service needs could not be installed from PyPI: \(text)")
        }
        return String(last)
    }

    /// Waits until both answer the user as our own service does.
    func waitUntilReady(token: String, path: String, answer: String) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        var last = ""
        while ContinuousClock.now < deadline {
            let service = await LoopbackHTTP.send("GET", port: fastAPIPort, path: path, token: token)
            let proxy = await LoopbackHTTP.send("GET", port: proxyPort, path: path, token: token)
            if let service, service.status == 200, proxy?.status == 200 {
                guard StrategyList(service.body) == StrategyList(answer) else {
                    throw ClusterError(
                        "The FastAPI service answers another list than ours: \(service.body.prefix(300))")
                }
                return
            }
            last = service.map { "\($0.status) \($0.body)" } ?? last
            try await Task.sleep(for: .milliseconds(100))
        }
        let log = (try? String(contentsOfFile: folder + "/fastapi.log", encoding: .utf8)) ?? ""
        throw ClusterError("What ours is compared with does not answer (\(last)): \(log.suffix(2000))")
    }

    func stop() async {
        for server in [fastAPI, proxy, upstream, redis] {
            server.terminate()
            _ = try? await server.wait()
        }
    }
}
