import ArgumentParser
import Glibc
import LocalCluster
import NIOPosix
import UnixSignals

struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start the cluster, and keep it running until Ctrl-C or `desk down`.")

    @OptionGroup var size: SizeOptions
    @OptionGroup var data: DataOption

    @Flag(name: .long, help: "Return when the cluster is ready; it runs on until `desk down`.")
    var detach = false

    @Flag(name: .long, help: "Stop at the end of standard input: for tests, which then leave nothing behind.")
    var untilStdinCloses = false

    @Flag(inversion: .prefixedNo, help: "Bring the database's schema up to date.")
    var migrate = true

    @Flag(inversion: .prefixedNo, help: "Load the demo account and its strategies.")
    var demo = true

    func run() async throws {
        let installation = try Installation.find()
        let folder = try data.folder()
        if detach { return try await DetachedStart(folder: folder, installation: installation).run() }
        let options = try size.options()
        raiseLimits()
        guard
            let cluster = try OpenedCluster.open(
                folder, options: options, servicesFolder: installation.programsFolder,
                repository: installation.repository)
        else { return try await sayAlreadyUp(folder) }

        Console.say("CryptoDesk starts in \(folder.layout.folder)")
        let start = ContinuousClock.now
        let supervisor = try Supervisor(
            topology: cluster.topology, repository: installation.repository,
            preparation: .init(migrates: migrate, loadsDemoData: demo), progress: .standardOutput)
        defer { cluster.close() }
        let wasReady = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await stopOnSignal(supervisor) }
            if untilStdinCloses { stopAtEndOfInput(supervisor) }
            defer { group.cancelAll() }
            return try await supervisor.run {
                Announcement(cluster.topology, demo: migrate && demo, took: ContinuousClock.now - start).say()
            }
        }
        Console.say("Stopped: no process is left.")
        if !wasReady { throw ExitCode(130) }
    }

    private func sayAlreadyUp(_ folder: DataFolder) async throws {
        guard let cluster = try await RunningCluster.find(folder), cluster.reply.state == .ready else {
            throw ClusterError(
                "A cluster in \(folder.layout.folder) is starting or stopping just now: wait a moment and try again.")
        }
        Console.say("The cluster is up already: \(cluster.reply.url) (./desk status, ./desk down)")
    }

    // MARK: The end

    /// The first signal stops the cluster in order. The second ends this program, and the kernel everything with it.
    private func stopOnSignal(_ supervisor: Supervisor) async {
        var isFirst = true
        for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup) {
            guard isFirst else { Glibc._exit(130) }
            isFirst = false
            if signal == .sigint { Console.say("\nStopping; Ctrl-C once more ends it at once.") }
            supervisor.stop()
        }
    }

    private func stopAtEndOfInput(_ supervisor: Supervisor) {
        NIOThreadPool.singleton.submit { _ in
            var byte: UInt8 = 0
            while read(STDIN_FILENO, &byte, 1) > 0 {}
            supervisor.stop()
        }
    }

    /// Servers hold many connections; files that they make are nobody else's.
    private func raiseLimits() {
        umask(0o077)
        FileLimit.raise()
    }
}
