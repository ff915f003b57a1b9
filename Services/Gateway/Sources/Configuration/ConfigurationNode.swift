import Yams

/// A value of the file, with the way to it.
struct ConfigurationNode {
    let yaml: Node
    /// Such as `routes[3].cost`.
    let key: String
    /// Where the key stands, or the value where it has none.
    let line: Int?

    init(_ yaml: Node, key: String, line: Int? = nil) {
        self.yaml = yaml
        self.key = key
        self.line = line ?? yaml.mark?.line
    }

    func member(_ name: String, _ value: Node, line: Int?) -> ConfigurationNode {
        ConfigurationNode(value, key: key.isEmpty ? name : "\(key).\(name)", line: line)
    }

    func element(_ index: Int, _ value: Node) -> ConfigurationNode {
        ConfigurationNode(value, key: "\(key)[\(index)]")
    }
}
