import FoundationEssentials
import Glibc

/// Finds the servers' programs on this machine.
package enum ServerSearch {
    package static let oldestPostgres = 15
    /// Debian keeps servers in `sbin`, which is not on an ordinary user's `PATH`.
    private static let systemFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    /// The absolute path of a program on `PATH` or in the system's folders.
    package static func program(_ name: String) -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders = path.split(separator: ":").map(String.init) + systemFolders
        return folders.lazy.compactMap { program(name, in: $0) }.first
    }

    package static func program(_ name: String, in folder: String) -> String? {
        access("\(folder)/\(name)", X_OK) == 0 ? "\(folder)/\(name)" : nil
    }

    /// All that a cluster needs.
    ///
    /// - Parameters:
    ///   - isHighlyAvailable: Patroni and etcd are needed.
    ///   - dataVersion: the major version that wrote the data folder, which no other can read.
    ///   - monolith: what is to run beside the services.
    package static func programs(
        servicesFolder: String, needsNginx: Bool, isHighlyAvailable: Bool = false, dataVersion: Int?,
        monolith: MonolithProgram? = nil
    ) throws(ClusterError) -> ServerPrograms {
        let nginx = program("nginx")
        if needsNginx, nginx == nil { throw missing("nginx", package: "nginx") }
        guard let redisServer = program("redis-server"), let redisClient = program("redis-cli") else {
            throw missing("redis-server", package: "redis-server")
        }
        let patroni = program("patroni")
        let etcd = program("etcd")
        if isHighlyAvailable, patroni == nil { throw missing("patroni", package: "patroni", option: " --ha") }
        if isHighlyAvailable, etcd == nil { throw missing("etcd", package: "etcd-server", option: " --ha") }
        return ServerPrograms(
            postgresFolder: try postgresFolder(dataVersion: dataVersion), redisServer: redisServer,
            redisClient: redisClient, nginx: nginx, patroni: patroni, etcd: etcd, servicesFolder: servicesFolder,
            monolith: monolith)
    }

    private static func missing(_ program: String, package: String, option: String = "") -> ClusterError {
        ClusterError(
            "The program \(program) was not found: run ./desk up\(option), which installs the package \(package).")
    }

    private static func postgresFolder(dataVersion: Int?) throws(ClusterError) -> String {
        let found = postgresCandidates().compactMap { folder in
            version(ofPostgresIn: folder).map { PostgresInstallation(folder: folder, version: $0) }
        }
        switch PostgresInstallation.choose(from: found, dataVersion: dataVersion, oldest: oldestPostgres) {
        case .success(let installation): return installation.folder
        case .failure(let error): throw error
        }
    }

    private static func postgresCandidates() -> [String] {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let onPath = program("postgres").map { [String($0.dropLast("/postgres".count))] } ?? []
        return versions.map { "\(root)/\($0)/bin" } + onPath
    }

    /// Asks `postgres --version`, which answers `postgres (PostgreSQL) 15.13 (Debian …)`.
    private static func version(ofPostgresIn folder: String) -> Int? {
        guard access(folder + "/postgres", X_OK) == 0, access(folder + "/initdb", X_OK) == 0,
            let answer = firstLine(of: "'\(folder)/postgres' --version")
        else { return nil }
        return PostgresInstallation.majorVersion(in: answer)
    }

    private static func firstLine(of command: String) -> String? {
        guard let pipe = popen(command + " 2>/dev/null", "r") else { return nil }
        defer { pclose(pipe) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, Int32(line.count), pipe) != nil else { return nil }
        return String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
