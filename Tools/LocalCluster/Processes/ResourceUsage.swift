import Glibc

/// Memory and processor time of a process with its descendants, from `/proc`.
struct ResourceUsage {
    struct Sample {
        let residentMegabytes: Double
        /// Percent of one core since the last sample, or since the process began.
        let cpu: Double
    }

    private var lastTicks: UInt64 = 0
    private var lastTime: ContinuousClock.Instant?

    mutating func sample(_ pid: Int32) -> Sample {
        let tree = ProcessTable.read().tree(of: pid)
        let ticks = tree.reduce(0) { $0 + $1.ticks }
        let now = ContinuousClock.now
        let since = lastTime.map { (now - $0).asSeconds } ?? tree.first?.age ?? 0
        // A descendant that has ended takes its time along.
        let spent = ticks >= lastTicks ? ticks - lastTicks : ticks
        lastTicks = ticks
        lastTime = now
        let perSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        let cpu = since > 0 ? Double(spent) / perSecond / since * 100 : 0
        return Sample(residentMegabytes: ResidentMemory.megabytes(of: tree), cpu: (cpu * 10).rounded() / 10)
    }
}

/// The memory that processes hold at the moment.
package enum ResidentMemory {
    /// Of a process and its descendants together; 0 once it has ended.
    package static func megabytes(of pid: Int32) -> Double { megabytes(of: ProcessTable.read().tree(of: pid)) }

    static func megabytes(of tree: [ProcessTable.Entry]) -> Double {
        // Forked processes share their files' and shared memory's pages: counted once.
        let memory = tree.map(\.memory)
        let anonymous = memory.reduce(0) { $0 + $1.anonymous }
        let shared = memory.map { $0.file + $0.shared }.max() ?? 0
        return (Double(anonymous + shared) / 102.4).rounded() / 10
    }
}

/// The processor time that processes have taken so far.
package enum ProcessorTime {
    /// Of a process and its descendants, user and system time together, in seconds; 0 once it has ended.
    package static func seconds(of pid: Int32) -> Double {
        let ticks = ProcessTable.read().tree(of: pid).reduce(0) { $0 + $1.ticks }
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

extension Duration {
    var asSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
