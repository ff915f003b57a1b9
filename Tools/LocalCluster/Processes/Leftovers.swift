import FoundationEssentials
import Glibc

/// What a cluster leaves whose supervisor was killed: no processes as a rule, for they die with it, but their files.
struct Leftovers {
    private static let programs: Set<String> = ["postgres", "redis-server", "nginx", "gateway", "auth", "strategies"]

    let layout: ClusterLayout

    /// Clears it away. To be called with the folder's lock held, so that it cannot be a living cluster's.
    func clear() async {
        await endProcesses()
        // PostgreSQL takes its lock files for a living server's when the process id in them is a dead one that nobody
        // has waited for, or another program's by now.
        unlink(layout.postgresFolder + "/postmaster.pid")
        for folder in [layout.postgresSocketFolder, layout.redisSocketFolder] {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                unlink("\(folder)/\(name)")
            }
        }
    }

    private func endProcesses() async {
        for _ in 0..<100 {
            let found = find()
            if found.isEmpty { return }
            for process in found { kill(process.pid, SIGKILL) }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private func find() -> [ProcessTable.Entry] {
        ProcessTable.read().entries.filter { entry in
            guard let program = entry.executable.split(separator: "/").last else { return false }
            // A program that was built anew meanwhile shows as "… (deleted)".
            let name = program.split(separator: " ").first.map(String.init) ?? ""
            return Self.programs.contains(name) && isOurs(entry.workingFolder)
        }
    }

    private func isOurs(_ folder: String) -> Bool {
        let own = [
            layout.folder + "/work", layout.postgresFolder, layout.redisFolder("redis"),
            layout.redisFolder("redis-cache"),
        ]
        return own.contains { folder == $0 || folder.hasPrefix($0 + "/") }
    }
}
