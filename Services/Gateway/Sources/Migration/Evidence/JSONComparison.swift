package import JSON

/// Compares two JSON texts by their structure and tells where they differ.
package struct JSONComparison: Sendable {
    package struct Difference: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable {
            /// Only the primary has it.
            case missing
            /// Only the candidate has it.
            case added
            case type
            case value
            /// Of the elements.
            case count
        }

        package let kind: Kind
        /// Such as `$.items[].price`.
        package let place: String
        package let primary: JSONValue?
        package let candidate: JSONValue?

        /// How differences are counted.
        package var label: String { "\(kind) \(place)" }
    }

    private let rules: ComparisonRules
    /// Arrays that are longer are compared in their order.
    private static let longestUnordered = 200
    /// More would tell nothing new.
    private static let most = 50

    package init(_ rules: ComparisonRules) { self.rules = rules }

    package func differences(_ primary: JSONValue, _ candidate: JSONValue) -> [Difference] {
        var found: [Difference] = []
        compare(primary, candidate, at: "$", &found)
        return found
    }

    private func compare(
        _ primary: JSONValue, _ candidate: JSONValue, at place: String, _ found: inout [Difference]
    ) {
        guard found.count < Self.most, !rules.ignored.contains(place), primary != candidate else { return }
        switch (primary, candidate) {
        case (.object(let left), .object(let right)): compare(left, right, at: place, &found)
        case (.array(let left), .array(let right)): compare(left, right, at: place, &found)
        case (.number(let left), .number(let right)):
            if !areClose(left, right) { found.append(difference(.value, place, primary, candidate)) }
        case (.string, .string), (.bool, .bool):
            found.append(difference(.value, place, primary, candidate))
        default: found.append(difference(.type, place, primary, candidate))
        }
    }

    private func compare(_ primary: JSONObject, _ candidate: JSONObject, at place: String, _ found: inout [Difference])
    {
        for member in primary.members {
            let below = "\(place).\(member.name)"
            if let other = candidate[member.name] {
                compare(member.value, other, at: below, &found)
            } else if !rules.ignored.contains(below) {
                found.append(difference(.missing, below, member.value, nil))
            }
        }
        for member in candidate.members where primary[member.name] == nil {
            let below = "\(place).\(member.name)"
            if !rules.ignored.contains(below) { found.append(difference(.added, below, nil, member.value)) }
        }
    }

    private func compare(
        _ primary: [JSONValue], _ candidate: [JSONValue], at place: String, _ found: inout [Difference]
    ) {
        let below = "\(place)[]"
        guard !rules.ignored.contains(below) else { return }
        if primary.count != candidate.count {
            let counts = [primary, candidate].map { JSONValue.number("\($0.count)") }
            found.append(difference(.count, place, counts[0], counts[1]))
        }
        let isUnordered =
            rules.unordered.contains(place) && max(primary.count, candidate.count) <= Self.longestUnordered
        let (left, right) = isUnordered ? unmatched(primary, candidate, at: below) : (primary, candidate)
        for (one, other) in zip(left, right) { compare(one, other, at: below, &found) }
    }

    /// What is left of both when each element has been put beside one that is the same to the rules.
    private func unmatched(
        _ primary: [JSONValue], _ candidate: [JSONValue], at place: String
    ) -> (primary: [JSONValue], candidate: [JSONValue]) {
        var (left, right) = ([JSONValue](), candidate)
        for element in primary {
            let match = right.firstIndex { other in
                var found: [Difference] = []
                compare(element, other, at: place, &found)
                return found.isEmpty
            }
            if let match { right.remove(at: match) } else { left.append(element) }
        }
        return (left, right)
    }

    /// Whole numbers that differ in their digits are other numbers, however large; others are compared by their value.
    private func areClose(_ left: String, _ right: String) -> Bool {
        if rules.tolerance == 0, Self.isWhole(left), Self.isWhole(right) { return left == right }
        guard let one = Double(left), let other = Double(right) else { return false }
        return abs(one - other) <= rules.tolerance
    }

    private static func isWhole(_ number: String) -> Bool { !number.contains { ".eE".contains($0) } }

    private func difference(
        _ kind: Difference.Kind, _ place: String, _ primary: JSONValue?, _ candidate: JSONValue?
    ) -> Difference { Difference(kind: kind, place: place, primary: primary, candidate: candidate) }
}
