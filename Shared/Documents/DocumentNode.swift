package import Yams

/// A value of a YAML document, with the way to it.
package struct DocumentNode {
    package let yaml: Node
    /// Such as `routes[3].cost`; empty for the document itself.
    package let key: String
    /// Where the key stands, or the value where it has none; counts from 1.
    package let line: Int?

    package init(_ yaml: Node, key: String, line: Int? = nil) {
        self.yaml = yaml
        self.key = key
        self.line = line ?? yaml.mark?.line
    }

    /// Whether it is a single value, and no mapping or list.
    package var isScalar: Bool { yaml.scalar != nil }

    package func member(_ name: String, _ value: Node, line: Int?) -> DocumentNode {
        DocumentNode(value, key: key.isEmpty ? name : "\(key).\(name)", line: line)
    }

    package func element(_ index: Int, _ value: Node) -> DocumentNode {
        DocumentNode(value, key: "\(key)[\(index)]")
    }
}
