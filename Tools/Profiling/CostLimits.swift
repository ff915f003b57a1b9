package import Documents
import FoundationEssentials

/// What a request may cost at most, by service and operation: `Benchmarks/guard.yaml`.
package struct CostLimits: Hashable, Sendable {
    package static let services = ["gateway", "strategies"]
    package static let operations = ["list", "get"]

    package struct Limit: Hashable, Sendable {
        package let service: String
        package let operation: String
        package let instructions: Int
        package let allocations: Int
    }

    /// One for each service and operation.
    package let limits: [Limit]

    /// - Throws: ``DocumentError`` with everything that is wrong with the file.
    package init(path: String) throws(DocumentError) {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw DocumentError([
                DocumentProblem(file: file, line: nil, key: "", message: "cannot be read as text in UTF-8")
            ])
        }
        try self.init(text, file: file)
    }

    /// - Throws: ``DocumentError`` with everything that is wrong with the text.
    package init(_ text: String, file: String) throws(DocumentError) {
        let root = try DocumentNode.root(text, file: file)
        var reader = CostLimitsReader(file: file)
        let limits = reader.limits(root)
        guard reader.problems.isEmpty else { throw DocumentError(reader.problems) }
        self.limits = limits
    }
}

private struct CostLimitsReader: DocumentReader {
    let file: String
    var problems: [DocumentProblem] = []

    private static let figures = ["instructions", "allocations"]

    mutating func limits(_ root: DocumentNode) -> [CostLimits.Limit] {
        let services = members(of: root, CostLimits.services)
        return services.flatMap { service, node in
            members(of: node, CostLimits.operations).compactMap { operation, node in
                let counts = members(of: node, Self.figures).map { count($0.node) }
                guard counts.count == 2, let instructions = counts[0], let allocations = counts[1] else { return nil }
                return CostLimits.Limit(
                    service: service, operation: operation, instructions: instructions, allocations: allocations)
            }
        }
    }

    /// All of the keys, in their order; those that are missing are reported.
    private mutating func members(of node: DocumentNode, _ keys: [String]) -> [(key: String, node: DocumentNode)] {
        let section = section(node, keys: keys, required: keys) ?? [:]
        return keys.compactMap { key in section[key].map { (key, $0) } }
    }

    private mutating func count(_ node: DocumentNode) -> Int? {
        guard let text = scalar(node) else { return nil }
        guard let count = Int(text.filter { $0 != "_" }), count > 0 else {
            report(node, "\"\(text)\" is not a whole number above 0")
            return nil
        }
        return count
    }
}
