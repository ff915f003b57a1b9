import FoundationEssentials
import Glibc

/// What a cluster leaves whose supervisor was killed: no processes as a rule, for they die with it, but their files.
struct Leftovers {
    private static let programs: Set<String> = [
        "postgres", "redis-server", "nginx", "gateway", "auth", "strategies", "etcd", "python3",
    ]

    let layout: ClusterLayout

    /// Clears it away. To be called with the folder's lock held, so that it cannot be a living cluster's.
    func clear() async {
        await endProcesses(in: ownFolders)
        // PostgreSQL takes its lock files for a living server's when the process id in them is a dead one that nobody
        // has waited for, or another program's by now.
        for number in 1...PostgresServer.most {
            unlink(layout.postgresFolder(PostgresServer(number)) + "/postmaster.pid")
            unlink(layout.patroniFolder(PostgresServer(number)) + "/data/postmaster.pid")
        }
        for folder in [layout.postgresSocketFolder, layout.redisSocketFolder] {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                unlink("\(folder)/\(name)")
            }
        }
    }

    /// Kills the servers that work in these folders, and waits until there are none.
    func endProcesses(in folders: [String]) async {
        for _ in 0..<100 {
            let found = processes(in: folders)
            if found.isEmpty { return }
            for process in found { kill(process.pid, SIGKILL) }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The servers that work in these folders.
    func processes(in folders: [String]) -> [ProcessTable.Entry] {
        ProcessTable.read().entries.filter { entry in
            guard let program = entry.executable.split(separator: "/").last else { return false }
            // A program that was built anew meanwhile shows as "… (deleted)".
            let named = program.split(separator: " ").first.map(String.init) ?? ""
            // Patroni shows as what it runs on, such as python3.11.
            let name = named.hasPrefix("python3.") ? "python3" : named
            let place = entry.workingFolder
            return Self.programs.contains(name) && folders.contains { place == $0 || place.hasPrefix($0 + "/") }
        }
    }

    private var ownFolders: [String] {
        [layout.folder + "/work", layout.redisFolder("redis"), layout.redisFolder("redis-cache")]
            + ClusterTopology.memberNumbers.flatMap { number in
                [layout.redisFolder("redis-\(number)"), layout.redisFolder("sentinel-\(number)")]
            }
            + (1...PostgresServer.most).flatMap { number in
                let server = PostgresFolder(PostgresServer(number), layout)
                return [server.path, server.rewinding, layout.patroniFolder(PostgresServer(number))]
            }
    }
}
