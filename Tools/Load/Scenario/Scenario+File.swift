package import Documents
import FoundationEssentials

extension Scenario {
    /// Reads a scenario's file; its name without the ending is the scenario's.
    ///
    /// - Throws: ``DocumentError`` with everything that is wrong with it.
    package init(path: String) throws(DocumentError) {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw DocumentError([
                DocumentProblem(file: path, line: nil, key: "", message: "cannot be read as text in UTF-8")
            ])
        }
        try self.init(text, file: file)
    }

    /// - Throws: ``DocumentError`` with everything that is wrong with the text.
    package init(_ text: String, file: String) throws(DocumentError) {
        let root = try DocumentNode.root(text, file: file)
        var reader = ScenarioReader(file: file)
        let name = String(file.prefix { $0 != "." })
        guard let scenario = reader.scenario(root, name: name), reader.problems.isEmpty else {
            throw DocumentError(reader.problems)
        }
        self = scenario
    }
}

extension ScenarioReader {
    private static let keys = [
        "description", "operations", "users", "strategies", "streams", "arrival", "ramp", "duration", "stages",
        "timeout",
        "targets",
    ]

    /// - Returns: `nil` when something is wrong, which is reported.
    fileprivate mutating func scenario(_ root: DocumentNode, name: String) -> Scenario? {
        guard
            let section = section(root, keys: Self.keys, required: ["description", "operations", "arrival"])
        else { return nil }
        let description = value(section["description"], "text") { $0.isEmpty ? nil : $0 }
        let mix = section["operations"].flatMap { self.mix($0) }
        let users = section["users"] == nil ? 1000 : count(section["users"], 1...100_000)
        let strategies = section["strategies"] == nil ? 10 : count(section["strategies"], 1...50)
        let streams = section["streams"] == nil ? 0 : count(section["streams"], 1...50_000)
        let arrival = section["arrival"].flatMap { self.arrival($0) }
        let stages = self.stages(root, section, arrival)
        let ramp = section["ramp"] == nil ? .zero : duration(section["ramp"])
        let timeout = section["timeout"] == nil ? .seconds(10) : duration(section["timeout"])
        let targets = section["targets"].map { self.targets($0) } ?? []
        if let node = section["timeout"], timeout == .zero { report(node, "must be longer than 0s") }
        if let users, let arrival, arrival.connections > users {
            report(
                section["users"] ?? root,
                "\(users) users are too few for \(arrival.connections) connections: a user has one request at a time")
        }
        guard let description, let mix, let users, let strategies, let streams, let arrival, let stages, let ramp,
            let timeout
        else { return nil }
        return Scenario(
            name: name, description: description, mix: mix, users: users, strategies: strategies, streams: streams,
            arrival: arrival,
            stages: stages, ramp: ramp, timeout: timeout, targets: targets)
    }

    private mutating func mix(_ node: DocumentNode) -> OperationMix? {
        guard let members = members(node) else { return nil }
        let names = Operation.mixable.map(\.rawValue)
        var shares: [(operation: Operation, weight: Int)] = []
        for (name, member) in members {
            guard let operation = Operation.mixable.first(where: { $0.rawValue == name }) else {
                report(member, "is no operation; there are \(names.joined(separator: ", "))")
                continue
            }
            if let weight = count(member, 1...1_000_000) { shares.append((operation, weight)) }
        }
        if members.isEmpty { report(node, "must name an operation: \(names.joined(separator: ", "))") }
        return shares.isEmpty ? nil : OperationMix(shares)
    }

    private mutating func arrival(_ node: DocumentNode) -> Scenario.Arrival? {
        let keys = ["model", "connections", "think_time", "rate"]
        guard let section = section(node, keys: keys, required: ["model", "connections"]) else { return nil }
        let model = value(section["model"], "closed or open") { ["closed", "open"].contains($0) ? $0 : nil }
        let connections = count(section["connections"], 1...20_000)
        let rate = value(section["rate"], "a rate such as 500/s, of a million at most", ScenarioValue.rate)
        let thinkTime = section["think_time"] == nil ? .zero : duration(section["think_time"])
        switch model {
        case "closed":
            if let wrong = section["rate"] { report(wrong, "belongs to the open model") }
            guard let connections, let thinkTime else { return nil }
            return .closed(connections: connections, thinkTime: thinkTime)
        case "open":
            if let wrong = section["think_time"] { report(wrong, "belongs to the closed model") }
            if section["rate"] == nil { report(node, "needs the key rate") }
            guard let connections, let rate else { return nil }
            return .open(rate: rate, connections: connections)
        default:
            return nil
        }
    }

    private mutating func stages(
        _ root: DocumentNode, _ section: [String: DocumentNode], _ arrival: Scenario.Arrival?
    ) -> [Scenario.Stage]? {
        guard let node = section["stages"] else {
            guard let single = section["duration"] else {
                report(root, "needs the key duration, or stages")
                return nil
            }
            return stage(single, times: 1, duration(single)).map { [$0] }
        }
        if let wrong = section["duration"] { report(wrong, "is given by the stages already") }
        if case .closed? = arrival { report(node, "belong to the open model") }
        guard let elements = elements(node) else { return nil }
        if elements.isEmpty { report(node, "must have at least one") }
        let stages = elements.compactMap { element -> Scenario.Stage? in
            let keys = ["times", "duration"]
            guard let section = self.section(element, keys: keys, required: keys), let length = section["duration"]
            else { return nil }
            let times = value(section["times"], "a number above 0 such as 2 or 1.5", ScenarioValue.times)
            return times.flatMap { stage(length, times: $0, duration(length)) }
        }
        return stages.count == elements.count && !stages.isEmpty ? stages : nil
    }

    private mutating func stage(_ node: DocumentNode, times: Double, _ duration: Duration?) -> Scenario.Stage? {
        guard let duration else { return nil }
        guard duration >= .seconds(1) else {
            report(node, "must be at least 1s")
            return nil
        }
        return Scenario.Stage(times: times, duration: duration)
    }

    private mutating func targets(_ node: DocumentNode) -> [Target] {
        (elements(node) ?? []).compactMap { element in
            value(element, "a target such as throughput >= 1000/s, list p99 <= 50 ms or errors = 0", Target.init)
        }
    }
}
