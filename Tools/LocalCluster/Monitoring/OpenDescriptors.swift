import FoundationEssentials

/// The descriptors that processes have open, each with its descendants', in one look at `/proc`.
package struct OpenDescriptors: Hashable, Sendable {
    /// All of them, files, sockets and others.
    package let count: Int
    /// Those that are connections or listening sockets.
    package let sockets: Int

    /// - Parameter processes: ids by name; those that have ended, or are not ours to see, are left out.
    package static func read(of processes: [String: Int32]) -> [String: OpenDescriptors] {
        let table = ProcessTable.read()
        return processes.compactMapValues { pid in
            let open = table.tree(of: pid).flatMap { targets(of: $0.pid) }
            guard !open.isEmpty else { return nil }
            return OpenDescriptors(count: open.count, sockets: open.count { $0.hasPrefix("socket:") })
        }
    }

    /// What each descriptor is; one that is closed meanwhile is left out.
    private static func targets(of pid: Int32) -> [String] {
        let folder = "/proc/\(pid)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
    }
}
