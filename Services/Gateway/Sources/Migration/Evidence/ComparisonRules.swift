/// What of two answers is compared, and what is left out.
package struct ComparisonRules: Sendable, Hashable {
    /// Fields of the head, in lower case.
    package var headers: [String] = []
    /// Places that are not compared, with all that is below them; an index of an array is `[]`.
    package var ignored: Set<String> = []
    /// Arrays whose order means nothing.
    package var unordered: Set<String> = []
    /// By how much two numbers may differ.
    package var tolerance = 0.0

    package init() {}

    /// Whether a text is a place: `$`, then members as `.name` and elements as `[]`.
    package static func isPlace(_ text: String) -> Bool {
        guard text.hasPrefix("$"), text.utf8.count <= 256 else { return false }
        var rest = text.dropFirst()
        while !rest.isEmpty {
            if rest.hasPrefix("[]") {
                rest = rest.dropFirst(2)
                continue
            }
            let name = rest.dropFirst().prefix { $0 != "." && $0 != "[" }
            guard rest.first == ".", !name.isEmpty else { return false }
            rest = rest.dropFirst(1 + name.count)
        }
        return true
    }
}
