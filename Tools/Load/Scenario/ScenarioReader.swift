import Yams

/// Reads values out of a scenario's file and collects everything that is wrong with them.
///
/// A value that is wrong reads as `nil`, and reading goes on: all problems are told at once.
struct ScenarioReader {
    let file: String
    private(set) var problems: [ScenarioProblem] = []

    init(file: String) { self.file = file }

    mutating func report(_ node: ScenarioNode, _ message: String) {
        problems.append(ScenarioProblem(file: file, line: node.line, key: node.key, message: message))
    }

    /// The members of a mapping, in their order.
    mutating func members(_ node: ScenarioNode) -> [(name: String, node: ScenarioNode)]? {
        guard case .mapping(let mapping) = node.yaml else {
            report(node, "must be a mapping of keys to values")
            return nil
        }
        var members: [(String, ScenarioNode)] = []
        for (key, value) in mapping {
            if let name = key.scalar?.string {
                let path = node.key.isEmpty ? name : "\(node.key).\(name)"
                members.append((name, ScenarioNode(value, key: path, line: key.mark?.line)))
            } else {
                report(ScenarioNode(key, key: node.key), "a key must be plain text")
            }
        }
        return members
    }

    /// The members of a mapping whose keys are known.
    mutating func section(
        _ node: ScenarioNode, keys: [String], required: [String] = []
    ) -> [String: ScenarioNode]? {
        guard let members = members(node) else { return nil }
        var section: [String: ScenarioNode] = [:]
        for (name, member) in members {
            if keys.contains(name) {
                section[name] = member
            } else {
                report(member, "is not known here; the keys are \(keys.joined(separator: ", "))")
            }
        }
        for name in required where section[name] == nil { report(node, "needs the key \(name)") }
        return section
    }

    mutating func elements(_ node: ScenarioNode) -> [ScenarioNode]? {
        guard case .sequence(let sequence) = node.yaml else {
            report(node, "must be a list")
            return nil
        }
        return sequence.enumerated().map { ScenarioNode($1, key: "\(node.key)[\($0)]") }
    }

    /// - Parameter expected: what the value must be, as the end of a sentence.
    mutating func value<Value>(_ node: ScenarioNode?, _ expected: String, _ parse: (String) -> Value?) -> Value? {
        guard let node else { return nil }
        guard case .scalar(let scalar) = node.yaml else {
            report(node, "must be a single value")
            return nil
        }
        guard let value = parse(scalar.string) else {
            report(node, "\"\(scalar.string)\" is not \(expected)")
            return nil
        }
        return value
    }

    mutating func count(_ node: ScenarioNode?, _ range: ClosedRange<Int>) -> Int? {
        value(node, "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func duration(_ node: ScenarioNode?) -> Duration? {
        value(node, "a time such as 500ms, 30s, 10m or 2h, of a day at most", ScenarioValue.duration)
    }
}
