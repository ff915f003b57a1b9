import ArgumentParser
import FoundationEssentials
import JSON
import LocalCluster

struct Route: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Move routes from a monolith to a service: what each is at, one step on, or back.",
        subcommands: [
            RouteStatus.self, AdvanceRoute.self, RollBackRoute.self, PinUser.self, RouteWrites.self, RouteChanges.self,
            RouteDifferences.self,
        ])
}

/// Who changes a route's stage, and why: it is written down with the change.
struct RouteChangeOptions: ParsableArguments {
    @Option(help: "Why, for whoever asks later.")
    var reason = "desk route"

    @Option(help: "Who changes it. (default: the user of this shell)")
    var by: String?

    @Flag(help: "Print JSON for programs.")
    var json = false

    @OptionGroup var data: DataOption

    /// - Parameter members: of the order, besides who and why.
    func post(_ path: String, _ members: KeyValuePairs<String, JSONValue>) async throws {
        let user = ProcessInfo.processInfo.environment["USER"]
        var order = JSONObject(members)
        order["by"] = .string(by ?? user ?? "desk")
        order["reason"] = .string(reason)
        let report = try await GatewayMigrations(try await data.runningCluster()).post(path, order)
        if json { return Console.say(JSONValue.object(report).serialized()) }
        for route in report["routes"]?.array?.compactMap(\.object) ?? [] {
            Console.say(
                "\(route["route"]?.string ?? "") is at \(RouteStageTable.stage(route)), its writes at "
                    + "\(route["writes"]?.string ?? ""), epoch \(route["epoch"]?.integer ?? 0).")
        }
    }
}

struct RouteStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the stage of every route that moves, and whether all gateways follow it."
    )

    @Flag(help: "Print JSON for programs.")
    var json = false

    @OptionGroup var data: DataOption

    func run() async throws {
        let views = await GatewayMigrations(try await data.runningCluster()).views()
        guard views.contains(where: { $0.report != nil }) else {
            throw ClusterError("No gateway of this cluster answers: see ./desk status.")
        }
        guard json else { return Console.say(RouteStageTable(views).text) }
        var all = JSONObject()
        for view in views { all[view.gateway] = view.report.map { .object($0) } ?? .null }
        Console.say(JSONValue.object(all).serialized())
    }
}

struct AdvanceRoute: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advance",
        abstract: "One step on: legacy, shadow, canary of 1, 5, 25 and 50 %, full, retired.")

    @Argument(help: "The route's name.")
    var route: String

    @Option(help: "To a canary of so many of a hundred users, 1 to 99.")
    var percent: Int?

    @Flag(help: "Without enough evidence; it is written down with the reason.")
    var force = false

    @OptionGroup var options: RouteChangeOptions

    func run() async throws {
        try await options.post(
            "/\(route)/advance",
            ["percent": percent.map { .number("\($0)") } ?? .null, "force": .bool(force)])
    }
}

struct RollBackRoute: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Back: no user is left on the candidate, which is compared on.")

    @Argument(help: "The route's name.")
    var route: String

    @Option(help: "legacy, to ask the candidate nothing any more.")
    var to: String?

    @OptionGroup var options: RouteChangeOptions

    func run() async throws {
        if let to {
            try await options.post("/\(route)/rollback", ["to": .string(to)])
        } else {
            try await options.post("/\(route)/rollback", [:])
        }
    }
}

struct PinUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin", abstract: "Keep one user's reads on a side from the canary on, or let the user go.")

    @Argument(help: "The route's name.")
    var route: String

    @Option(help: "The user's number.")
    var user: Int

    @Option(help: "legacy, candidate or none.")
    var to: String

    @OptionGroup var options: RouteChangeOptions

    func run() async throws {
        try await options.post("/\(route)/pin", ["user": .number("\(user)"), "side": .string(to)])
    }
}

struct RouteWrites: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "writes", abstract: "Hold the writes of routes at the gateways, or say who owns them from now on.",
        discussion: """
            The owner changes only while the writes are held: they wait for 5 s at most. A cut-over holds them, waits until \
            no write is in flight and the candidate has everything, and then names the new owner.
            """)

    @Argument(help: "held, legacy or candidate.")
    var owner: String

    @Argument(help: "The routes' names: all change together.")
    var routes: [String]

    @OptionGroup var options: RouteChangeOptions

    func run() async throws {
        try await options.post("/writes", ["owner": .string(owner), "routes": .array(routes.map { .string($0) })])
    }
}

struct RouteChanges: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes", abstract: "Show who moved a route, when, and why; the newest first.")

    @Argument(help: "The route's name.")
    var route: String

    @Flag(help: "Print JSON for programs.")
    var json = false

    @OptionGroup var data: DataOption

    func run() async throws {
        let report = try await GatewayMigrations(try await data.runningCluster()).get("/\(route)/changes")
        if json { return Console.say(JSONValue.object(report).serialized()) }
        let rows = (report["changes"]?.array ?? []).compactMap(\.object).map { change in
            [
                ListKeys.time(change["at"]?.integer ?? 0), change["from"]?.string ?? "", change["to"]?.string ?? "",
                change["writes_to"]?.string ?? "", "\(change["epoch"]?.integer ?? 0)", change["by"]?.string ?? "",
                change["reason"]?.string ?? "",
            ]
        }
        Console.say(TextTable(["at", "from", "to", "writes", "epoch", "by", "reason"], rows).text)
    }
}

struct RouteDifferences: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show where the candidate's answers differ from the monolith's, and how often.")

    @Argument(help: "The route's name.")
    var route: String

    @Flag(help: "Print JSON for programs.")
    var json = false

    @OptionGroup var data: DataOption

    func run() async throws {
        let migrations = GatewayMigrations(try await data.runningCluster())
        let differences = try await migrations.get("/\(route)/differences")
        if json { return Console.say(JSONValue.object(differences).serialized()) }
        let status = try await migrations.get("/\(route)")
        Console.say(RouteEvidenceText(status: status, differences: differences).text)
    }
}
