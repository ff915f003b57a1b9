import Documents

/// Reads values out of a configuration file, and those of the settings that it names.
struct ConfigurationReader: DocumentReader {
    let file: String
    private let variables: ConfigurationVariables
    var problems: [DocumentProblem] = []
    /// Settings that are not known here, so that the values that name them were not checked.
    private(set) var unknownSettings: Set<String> = []

    init(file: String, variables: ConfigurationVariables) {
        self.file = file
        self.variables = variables
    }

    /// A list, or one value that stands for a list of itself.
    mutating func oneOrMore(_ node: DocumentNode) -> [DocumentNode]? {
        if node.isScalar { return [node] }
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
    mutating func text(_ node: DocumentNode) -> Text? {
        guard let text = scalar(node) else { return nil }
        guard !text.isEmpty else {
            report(node, "must not be empty")
            return nil
        }
        return expand(text, at: node)
    }

    /// - Parameter expected: what the value must be, as the end of a sentence.
    mutating func value<Value>(
        _ node: DocumentNode?, _ expected: String, _ parse: (String) -> Value?
    ) -> Value? {
        guard let node, let text = text(node) else { return nil }
        guard let value = parse(text.value) else {
            report(node, "\(text.shown) is not \(expected)")
            return nil
        }
        return value
    }

    /// One of a few words.
    mutating func choice<Value: RawRepresentable<String>>(_ node: DocumentNode?, _ all: [Value]) -> Value? {
        let words = all.map(\.rawValue)
        return value(node, words.count == 1 ? words[0] : "one of \(words.joined(separator: ", "))") { text in
            all.first { $0.rawValue == text }
        }
    }

    private mutating func expand(_ text: String, at node: DocumentNode) -> Text? {
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
