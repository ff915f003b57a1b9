import JSON

/// An answer as it is compared: status, chosen fields of the head, body.
package struct ComparedAnswer: Sendable, Hashable {
    package var status: Int
    /// In lower case.
    package var fields: [String: String]
    package var body: [UInt8]

    package init(status: Int, fields: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}

/// Compares two answers by the rules of their route.
package struct AnswerComparison: Sendable {
    private let rules: ComparisonRules

    package init(_ rules: ComparisonRules) { self.rules = rules }

    /// A body that is no JSON on one of the sides is compared byte by byte, at the place `$`.
    package func differences(_ primary: ComparedAnswer, _ candidate: ComparedAnswer) -> [JSONComparison.Difference] {
        var found: [JSONComparison.Difference] = []
        if primary.status != candidate.status {
            found.append(
                .init(
                    kind: .value, place: "status", primary: .number("\(primary.status)"),
                    candidate: .number("\(candidate.status)")))
        }
        for name in rules.headers where primary.fields[name] != candidate.fields[name] {
            found.append(
                .init(
                    kind: .value, place: "header \(name)", primary: primary.fields[name].map { .string($0) },
                    candidate: candidate.fields[name].map { .string($0) }))
        }
        guard primary.body != candidate.body else { return found }
        if let left = try? JSONValue(parsing: primary.body), let right = try? JSONValue(parsing: candidate.body) {
            return found + JSONComparison(rules).differences(left, right)
        }
        guard !rules.ignored.contains("$") else { return found }
        let sizes = [primary, candidate].map { JSONValue.string("\($0.body.count) bytes") }
        return found + [.init(kind: .value, place: "$", primary: sizes[0], candidate: sizes[1])]
    }
}
