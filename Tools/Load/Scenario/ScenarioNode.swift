import Yams

/// A value of a scenario's file, with the way to it.
struct ScenarioNode {
    let yaml: Node
    /// Such as `targets[1]`.
    let key: String
    /// Where the key stands, or the value where it has none.
    let line: Int?

    init(_ yaml: Node, key: String, line: Int? = nil) {
        self.yaml = yaml
        self.key = key
        self.line = line ?? yaml.mark?.line
    }

    /// Shorter texts cannot hold what is required; and Yams reads a string that Swift keeps in place, up to 15 bytes,
    /// through a pointer that is no longer valid.
    private static let shortest = 16
    private static let longest = 1 << 20

    /// - Throws: ``ScenarioError`` with one problem when the text is not one well-formed YAML document.
    static func root(_ text: String, file: String) throws(ScenarioError) -> ScenarioNode {
        func problem(_ message: String, line: Int? = nil, key: String = "") -> ScenarioError {
            ScenarioError([ScenarioProblem(file: file, line: line, key: key, message: message)])
        }
        guard text.utf8.count >= shortest else { throw problem("is empty") }
        guard text.utf8.count <= longest else { throw problem("is larger than 1 MB") }
        do {
            guard let root = try Parser(yaml: text).singleRoot() else { throw problem("is empty") }
            return ScenarioNode(root, key: "", line: 1)
        } catch let error as ScenarioError {
            throw error
        } catch YamlError.scanner(_, let message, let mark, _), YamlError.parser(_, let message, let mark, _),
            YamlError.composer(_, let message, let mark, _)
        {
            throw problem("is not well-formed YAML: \(message)", line: mark.line)
        } catch YamlError.duplicatedKeysInMapping(let duplicates, let context) {
            throw problem("is there twice", line: context.mark.line, key: duplicates.sorted().joined(separator: ", "))
        } catch {
            throw problem("is not well-formed YAML")
        }
    }
}
