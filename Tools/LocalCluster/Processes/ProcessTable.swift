import FoundationEssentials
import Glibc

/// The processes of this machine, as `/proc` shows them at one moment.
struct ProcessTable {
    struct Entry {
        let pid: Int32
        let parent: Int32
        /// Stopped by SIGSTOP.
        let isStopped: Bool
        /// User and system time, that of children that have ended included, in clock ticks.
        let ticks: UInt64
        /// When it started, in clock ticks since boot.
        let startTicks: UInt64

        var age: Double {
            var now = timespec()
            clock_gettime(CLOCK_BOOTTIME, &now)
            let uptime = Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
            return uptime - Double(startTicks) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }

        /// Resident memory in kilobytes.
        var memory: (anonymous: Int, file: Int, shared: Int) {
            var memory = (anonymous: 0, file: 0, shared: 0)
            for line in (Files.read("/proc/\(pid)/status") ?? "").split(separator: "\n") {
                let words = line.split(whereSeparator: { $0 == ":" || $0 == " " || $0 == "\t" })
                guard words.count > 1, let value = Int(words[1]) else { continue }
                switch words[0] {
                case "RssAnon": memory.anonymous = value
                case "RssFile": memory.file = value
                case "RssShmem": memory.shared = value
                default: break
                }
            }
            return memory
        }

        /// What the process runs, and where; empty where that is not ours to see.
        var executable: String { Self.link("/proc/\(pid)/exe") }
        var workingFolder: String { Self.link("/proc/\(pid)/cwd") }

        /// The command line, which some programs replace with what they are doing.
        var title: String { Files.read("/proc/\(pid)/cmdline") ?? "" }

        private static func link(_ path: String) -> String {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? ""
        }
    }

    let entries: [Entry]

    static func read() -> ProcessTable {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return ProcessTable(entries: names.compactMap { Int32($0) }.compactMap(entry))
    }

    /// A process and its descendants, itself first.
    func tree(of root: Int32) -> [Entry] {
        var found = entries.filter { $0.pid == root }
        var next = 0
        while next < found.count {
            let parent = found[next].pid
            found += entries.filter { $0.parent == parent }
            next += 1
        }
        return found
    }

    /// proc(5): the second field is the name in brackets, which may hold anything.
    private static func entry(_ pid: Int32) -> Entry? {
        guard let line = Files.read("/proc/\(pid)/stat"), let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let parent = Int32(fields[1]), let user = UInt64(fields[11]),
            let system = UInt64(fields[12]), let endedUser = UInt64(fields[13]), let endedSystem = UInt64(fields[14]),
            let start = UInt64(fields[19])
        else { return nil }
        return Entry(
            pid: pid, parent: parent, isStopped: fields[0] == "T",
            ticks: user + system + endedUser + endedSystem, startTicks: start)
    }
}
