import Glibc

/// What several processes have taken so far, each with its descendants, in one look at `/proc`.
package struct ProcessConsumption: Sendable {
    /// Processor time, user and system together.
    package let seconds: Double
    /// Resident memory.
    package let megabytes: Double

    /// - Parameter processes: ids by name; those that have ended are left out.
    package static func read(of processes: [String: Int32]) -> [String: ProcessConsumption] {
        let table = ProcessTable.read()
        let perSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        return processes.compactMapValues { pid in
            let tree = table.tree(of: pid)
            guard !tree.isEmpty else { return nil }
            return ProcessConsumption(
                seconds: Double(tree.reduce(0) { $0 + $1.ticks }) / perSecond,
                megabytes: ResidentMemory.megabytes(of: tree))
        }
    }

    /// The ids of the processes and of their descendants, each with the name of the process it belongs to.
    package static func owners(of processes: [String: Int32]) -> [Int32: String] {
        let table = ProcessTable.read()
        return processes.reduce(into: [:]) { owners, process in
            for entry in table.tree(of: process.value) { owners[entry.pid] = process.key }
        }
    }
}
