import Yams

/// Reads values out of a configuration file and collects everything that is wrong with them.
///
/// A value that is wrong reads as `nil`, and reading goes on: all problems are told at once.
struct ConfigurationReader {
    let file: String
    private let variables: ConfigurationVariables
    private(set) var problems: [ConfigurationProblem] = []
    /// Settings that are not known here, so that the values that name them were not checked.
    private(set) var unknownSettings: Set<String> = []

    init(file: String, variables: ConfigurationVariables) {
        self.file = file
        self.variables = variables
    }

    mutating func report(_ node: ConfigurationNode, _ message: String) {
        problems.append(ConfigurationProblem(file: file, line: node.line, key: node.key, message: message))
    }

    // MARK: Mappings and lists

    /// The members of a mapping, in their order.
    mutating func members(_ node: ConfigurationNode) -> [(name: String, node: ConfigurationNode)]? {
        guard case .mapping(let mapping) = node.yaml else {
            report(node, "must be a mapping of keys to values")
            return nil
        }
        var members: [(String, ConfigurationNode)] = []
        for (key, value) in mapping {
            if let name = key.scalar?.string {
                members.append((name, node.member(name, value, line: key.mark?.line)))
            } else {
                report(ConfigurationNode(key, key: node.key), "a key must be plain text")
            }
        }
        return members
    }

    /// The members of a mapping whose keys are known.
    mutating func section(
        _ node: ConfigurationNode, keys: [String], required: [String] = []
    ) -> [String: ConfigurationNode]? {
        guard let members = members(node) else { return nil }
        var section: [String: ConfigurationNode] = [:]
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

    mutating func elements(_ node: ConfigurationNode) -> [ConfigurationNode]? {
        guard case .sequence(let sequence) = node.yaml else {
            report(node, "must be a list")
            return nil
        }
        return sequence.enumerated().map { node.element($0, $1) }
    }

    /// A list, or one value that stands for a list of itself.
    mutating func oneOrMore(_ node: ConfigurationNode) -> [ConfigurationNode]? {
        if case .scalar = node.yaml { return [node] }
        return elements(node)
    }

    // MARK: Scalars

    /// A text and the setting that it came from, if it did.
    struct Text {
        let value: String
        let setting: String?

        /// For a message.
        var shown: String { "\"\(value)\"" + (setting.map { " (from \($0))" } ?? "") }
    }

    /// - Returns: `nil` for what is no text, which is reported, and for a setting that is not known here.
    mutating func text(_ node: ConfigurationNode) -> Text? {
        guard case .scalar(let scalar) = node.yaml else {
            report(node, "must be a single value")
            return nil
        }
        guard !scalar.string.isEmpty else {
            report(node, "must not be empty")
            return nil
        }
        return expand(scalar.string, at: node)
    }

    /// - Parameter expected: what the value must be, as the end of a sentence.
    mutating func value<Value>(
        _ node: ConfigurationNode?, _ expected: String, _ parse: (String) -> Value?
    ) -> Value? {
        guard let node, let text = text(node) else { return nil }
        guard let value = parse(text.value) else {
            report(node, "\(text.shown) is not \(expected)")
            return nil
        }
        return value
    }

    /// One of a few words.
    mutating func choice<Value: RawRepresentable<String>>(_ node: ConfigurationNode?, _ all: [Value]) -> Value? {
        let words = all.map(\.rawValue)
        return value(node, words.count == 1 ? words[0] : "one of \(words.joined(separator: ", "))") { text in
            all.first { $0.rawValue == text }
        }
    }

    private mutating func expand(_ text: String, at node: ConfigurationNode) -> Text? {
        guard text.contains("${") else { return Text(value: text, setting: nil) }
        guard let (name, ifMissing) = Self.variable(text) else {
            report(node, "a setting stands alone, as ${NAME} or ${NAME:-text}")
            return nil
        }
        switch variables.value(of: name) {
        case .value(let value): return Text(value: value, setting: name)
        case .missing, .unknown:
            if let ifMissing { return Text(value: ifMissing, setting: nil) }
        }
        if case .unknown = variables.value(of: name) {
            unknownSettings.insert(name)
        } else {
            report(node, "the setting \(name) is missing")
        }
        return nil
    }

    /// Splits `${NAME}` or `${NAME:-text}`.
    private static func variable(_ text: String) -> (name: String, ifMissing: String?)? {
        guard text.hasPrefix("${"), text.hasSuffix("}") else { return nil }
        let inner = text.dropFirst(2).dropLast()
        let name = inner.prefix { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }
        let rest = inner.dropFirst(name.count)
        guard !name.isEmpty, !inner.contains("$"), !inner.contains("}") else { return nil }
        if rest.isEmpty { return (String(name), nil) }
        guard rest.hasPrefix(":-"), rest.count > 2 else { return nil }
        return (String(name), String(rest.dropFirst(2)))
    }
}
