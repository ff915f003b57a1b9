import ArgumentParser
import LocalCluster

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Bring the running cluster's schema up to date.")

    @OptionGroup var data: DataOption
    @OptionGroup var elsewhere: DatabaseElsewhere

    func run() async throws {
        let count =
            if let content = try await elsewhere.content() {
                try await content.migrate()
            } else {
                try await data.runningDatabase().migrate()
            }
        Console.say(
            count == 0 ? "The schema is up to date." : "Applied \(count) \(count == 1 ? "migration" : "migrations").")
    }
}

struct Seed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Load the demo account and its strategies, if missing.")

    @OptionGroup var data: DataOption
    @OptionGroup var elsewhere: DatabaseElsewhere

    func run() async throws {
        let loaded =
            if let content = try await elsewhere.content() {
                try await content.loadDemoData()
            } else {
                try await data.runningDatabase().loadDemoData()
            }
        Console.say(loaded ? "Loaded the demo account \(DemoData.email)." : "The demo account is there already.")
    }
}

struct PSQL: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "psql", abstract: "Open psql on the running cluster's database.")

    @Option(
        help:
            "The role: postgres, cryptodesk_owner, cryptodesk_auth, cryptodesk_strategies or monolith (in its own database)."
    )
    var role = DatabaseRole.owner.rawValue

    @Option(help: "The server, such as postgres-2. (default: the primary)")
    var server: String?

    @OptionGroup var data: DataOption

    @Argument(parsing: .captureForPassthrough, help: "What psql takes itself, such as -c 'SELECT 1'.")
    var arguments: [String] = []

    func run() async throws {
        let cluster = try await data.runningCluster()
        guard let role = DatabaseRole(rawValue: role) else {
            throw ValidationError(
                "--role must be one of \(DatabaseRole.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        try Program(
            cluster.description.postgresFolder + "/psql", arguments.withoutTerminator,
            environment: try cluster.postgresEnvironment(role, on: try cluster.postgresServer(server))
        ).replaceThisProcess()
    }
}

struct Redis: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redis", abstract: "Open redis-cli on the running cluster's Redis.")

    @Flag(help: "The second Redis, which holds what may be lost.")
    var cache = false

    @OptionGroup var data: DataOption

    @Argument(parsing: .captureForPassthrough, help: "What redis-cli takes itself, such as a command.")
    var arguments: [String] = []

    func run() async throws {
        let cluster = try await data.runningCluster()
        let socket = cluster.layout.redisSocket(cache ? "redis-cache" : "redis")
        try Program(
            cluster.description.redisClient, ["-s", socket] + arguments.withoutTerminator,
            environment: ["REDISCLI_AUTH": try cluster.redisPassword()]
        ).replaceThisProcess()
    }
}

extension DataOption {
    fileprivate func runningDatabase() async throws -> ClusterDatabase {
        let cluster = try await runningCluster()
        return try ClusterDatabase(cluster)
    }
}

extension [String] {
    /// Without a leading `--`, which divides our options from the other program's.
    fileprivate var withoutTerminator: [String] { first == "--" ? Array(dropFirst()) : self }
}
