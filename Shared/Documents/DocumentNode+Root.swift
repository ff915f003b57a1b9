import Yams

extension DocumentNode {
    /// Far more than any file needs, in bytes.
    private static let longest = 1 << 20
    /// Shorter ones cannot hold what is required; and Yams reads a string that Swift keeps in place, up to 15 bytes, through
    /// a pointer that is no longer valid.
    private static let shortest = 16

    /// - Throws: ``DocumentError`` with one problem when the text is not one well-formed document; what is wrong with
    ///   its content cannot be told then.
    package static func root(_ text: String, file: String) throws(DocumentError) -> DocumentNode {
        func problem(_ message: String, line: Int? = nil, key: String = "") -> DocumentError {
            DocumentError([DocumentProblem(file: file, line: line, key: key, message: message)])
        }
        guard text.utf8.count >= shortest else { throw problem("is empty") }
        guard text.utf8.count <= longest else { throw problem("is larger than 1 MB") }
        do {
            guard let root = try Parser(yaml: text).singleRoot() else { throw problem("is empty") }
            return DocumentNode(root, key: "", line: 1)
        } catch let error as DocumentError {
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
