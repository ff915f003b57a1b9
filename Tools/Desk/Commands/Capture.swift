import ArgumentParser
import LocalCluster
import UnixSignals

struct Capture: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep a monolith's tasks and our strategies the same while the one moves to the other.",
        subcommands: [CaptureInstall.self, CaptureRun.self, CaptureState.self, CaptureRemove.self])
}

struct CaptureInstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Record what changes, in both databases; the monolith stays the owner of writes.",
        discussion: """
            Adds an outbox, the owner of writes and triggers to the monolith's database (schema cryptodesk), and turns ours on. \
            Ids from 1,000,000,000 on are drawn here from then on, those below there. May run any time.
            """)

    @OptionGroup var migration: MigrationOption

    func run() async throws {
        try await migration.withStores { try await CaptureInstallation($0).install() }
        Console.say("Changes are captured on both sides; the monolith owns writes.")
    }
}

struct CaptureRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Bring captured changes to the other side, both ways, until Ctrl-C.",
        discussion: """
            However it ends, and however many run at once, nothing is lost and nothing doubled. When a database is away it \
            waits and goes on.
            """)

    @OptionGroup var migration: MigrationOption

    func run() async throws {
        let migration = migration
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Self.follow(migration) }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup) { return }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private static func follow(_ migration: MigrationOption) async throws {
        var complaint = ""
        while true {
            do {
                try await migration.withStores { stores in
                    _ = try await CaptureInstallation(stores).status()
                    Console.say("Captured changes are brought over.")
                    complaint = ""
                    try await ChangeApplier(stores).follow { batch in
                        for row in batch.refused { Console.complain("left: \(row.text)") }
                    }
                }
            } catch let error as ClusterError {
                if error.sentence != complaint { Console.complain("\(error.sentence) It is tried again.") }
                complaint = error.sentence
                try await Task.sleep(for: .seconds(1))
            }
        }
    }
}

struct CaptureState: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show who owns writes, and what has not been brought over yet.")

    @OptionGroup var migration: MigrationOption

    @Flag(help: "As JSON.")
    var json = false

    func run() async throws {
        let status = try await migration.withStores { try await CaptureInstallation($0).status() }
        if json { return try Console.say(json: status) }
        for line in status.lines { Console.say(line) }
    }
}

struct CaptureRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take outboxes and triggers away, once the move is over or given up.")

    @OptionGroup var migration: MigrationOption

    func run() async throws {
        try await migration.withStores { try await CaptureInstallation($0).remove() }
        Console.say("Nothing is captured any more, and each side takes its own writes.")
    }
}
