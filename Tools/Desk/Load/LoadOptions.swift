import ArgumentParser
import Load

/// Which cluster is loaded, and what differs from the scenario.
struct LoadOptions: ParsableArguments {
    @OptionGroup var data: DataOption

    @Option(help: "The base URL of a cluster elsewhere, such as http://10.0.0.5:8080.")
    var url: String?

    @Option(help: "Event loops that send requests. (default: half of the cores)")
    var threads: Int?

    @Option(help: "Distinct users instead of the scenario's.")
    var users: Int?

    @Option(help: "Connections instead of the scenario's.")
    var connections: Int?

    @Option(help: "Open loop with this rate instead of the scenario's arrivals, such as 2000/s.", transform: Self.rate)
    var rate: Double?

    @Option(help: "How long it is measured instead of the scenario's duration, such as 30s.", transform: Self.duration)
    var duration: Duration?

    @Option(help: "File that keeps the users between runs. (default: in the cluster's data folder)")
    var usersFile: String?

    func validate() throws {
        guard threads.map((1...64).contains) ?? true, users.map((1...100_000).contains) ?? true,
            connections.map((1...20_000).contains) ?? true
        else { throw ValidationError("--threads, --users and --connections must be at least 1, and not huge.") }
        if let duration, duration < .seconds(1) { throw ValidationError("--duration must be at least 1s.") }
    }

    /// The scenario with what was asked for instead.
    func applied(to scenario: Scenario) throws -> Scenario {
        var scenario = scenario
        let connections = connections ?? scenario.arrival.connections
        switch scenario.arrival {
        case .closed(_, let thinkTime): scenario.arrival = .closed(connections: connections, thinkTime: thinkTime)
        case .open(let rate, _): scenario.arrival = .open(rate: rate, connections: connections)
        }
        if let rate { scenario.arrival = .open(rate: rate, connections: connections) }
        if let duration { scenario.stretch(to: duration) }
        scenario.users = max(users ?? scenario.users, 1)
        guard scenario.users >= connections else {
            throw ValidationError("\(scenario.users) users are too few for \(connections) connections.")
        }
        return scenario
    }

    @Sendable private static func rate(_ text: String) throws -> Double {
        guard let rate = ScenarioValue.rate(text) else { throw ValidationError("'\(text)' is no rate such as 2000/s.") }
        return rate
    }

    @Sendable private static func duration(_ text: String) throws -> Duration {
        guard let duration = ScenarioValue.duration(text) else {
            throw ValidationError("'\(text)' is no time such as 30s.")
        }
        return duration
    }
}
