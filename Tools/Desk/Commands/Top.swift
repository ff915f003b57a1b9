import ArgumentParser
import LocalCluster
import NIOPosix
import UnixSignals

struct Top: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the cluster's processes do, live; once where the output is no terminal.",
        discussion: "Rates and latencies are those since the last reading. `q` ends it.")

    @OptionGroup var data: DataOption

    @Option(help: ArgumentHelp("Between two readings.", valueName: "seconds"))
    var interval = 1.0

    @Flag(help: "Print one reading as JSON for programs.")
    var json = false

    func validate() throws {
        guard (0.1...60).contains(interval) else { throw ValidationError("--interval must be from 0.1 to 60.") }
    }

    func run() async throws {
        let cluster = try await data.runningCluster()
        guard !json, let terminal = Terminal() else { return try await once(cluster) }
        defer { terminal.restore() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            // The terminal is put back after Ctrl-C as well.
            group.addTask { for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup) { return } }
            group.addTask { try await live(cluster, on: terminal) }
            _ = try await group.next()
            group.cancelAll()
        }
    }

    private func once(_ cluster: RunningCluster) async throws {
        let first = try await reading(cluster)
        try await Task.sleep(for: .seconds(interval))
        let activities = ProcessActivity.between(first, try await reading(cluster))
        if json {
            try Console.say(json: activities)
        } else {
            Console.say(TopTable(activities).text)
        }
    }

    private func live(_ cluster: RunningCluster, on terminal: Terminal) async throws {
        var last = try await reading(cluster)
        while !Task.isCancelled {
            let milliseconds = Int(interval * 1000)
            let key = try await NIOThreadPool.singleton.runIfActive { Terminal.key(within: milliseconds) }
            if key == UInt8(ascii: "q") { return }
            let now = try await reading(cluster)
            let table = TopTable(ProcessActivity.between(last, now)).text
            terminal.draw("\(cluster.reply.url) · \(cluster.layout.folder) · q ends\n\n\(table)")
            last = now
        }
    }

    private func reading(_ cluster: RunningCluster) async throws -> ClusterReading {
        guard let reading = try await ClusterReading.take(cluster.layout) else {
            throw ClusterError("The cluster has stopped.")
        }
        return reading
    }
}
