import Yams

/// Reads values out of a YAML document and collects everything that is wrong with them.
///
/// A value that is wrong reads as `nil`, and reading goes on: all problems are told at once.
package protocol DocumentReader {
    /// As messages name it.
    var file: String { get }
    var problems: [DocumentProblem] { get set }
}

extension DocumentReader {
    package mutating func report(_ node: DocumentNode, _ message: String) {
        problems.append(DocumentProblem(file: file, line: node.line, key: node.key, message: message))
    }

    /// The members of a mapping, in their order.
    package mutating func members(_ node: DocumentNode) -> [(name: String, node: DocumentNode)]? {
        guard case .mapping(let mapping) = node.yaml else {
            report(node, "must be a mapping of keys to values")
            return nil
        }
        var members: [(String, DocumentNode)] = []
        for (key, value) in mapping {
            if let name = key.scalar?.string {
                members.append((name, node.member(name, value, line: key.mark?.line)))
            } else {
                report(DocumentNode(key, key: node.key), "a key must be plain text")
            }
        }
        return members
    }

    /// The members of a mapping whose keys are known.
    package mutating func section(
        _ node: DocumentNode, keys: [String], required: [String] = []
    ) -> [String: DocumentNode]? {
        guard let members = members(node) else { return nil }
        var section: [String: DocumentNode] = [:]
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

    package mutating func elements(_ node: DocumentNode) -> [DocumentNode]? {
        guard case .sequence(let sequence) = node.yaml else {
            report(node, "must be a list")
            return nil
        }
        return sequence.enumerated().map { node.element($0, $1) }
    }

    /// The text of a single value.
    package mutating func scalar(_ node: DocumentNode) -> String? {
        guard case .scalar(let scalar) = node.yaml else {
            report(node, "must be a single value")
            return nil
        }
        return scalar.string
    }
}
