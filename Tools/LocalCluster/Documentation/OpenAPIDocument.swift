package import JSON
import Yams

/// The contract of the API, which is written as YAML, as the JSON that is served.
package struct OpenAPIDocument: Sendable {
    /// Where it is in the repository.
    package static let path = "docs/openapi.yaml"

    package let value: JSONValue

    package var json: String { value.serialized() }

    /// Reads what YAML 1.2 and JSON have in common (its core schema): `yes` is a text, and so is a date.
    ///
    /// - Parameter file: for the sentence of an error.
    /// - Throws: ``ClusterError`` for what is not well formed, and for a name that occurs twice in a mapping.
    package init(yaml: String, file: String = Self.path) throws(ClusterError) {
        let root: Node
        do {
            guard let node = try Parser(yaml: yaml).singleRoot() else { throw ClusterError("\(file) is empty.") }
            root = node
        } catch let error as ClusterError {
            throw error
        } catch {
            throw ClusterError("\(file) is not well-formed YAML: \(error)")
        }
        value = try Self.value(root, file: file)
    }

    private static func value(_ node: Node, file: String) throws(ClusterError) -> JSONValue {
        switch node {
        case .scalar(let scalar): return Self.scalar(scalar)
        case .sequence(let elements):
            var values: [JSONValue] = []
            for element in elements { values.append(try value(element, file: file)) }
            return .array(values)
        case .mapping(let members):
            var object = JSONObject()
            for (name, member) in members {
                guard let name = name.scalar?.string else {
                    throw ClusterError("\(file):\(member.mark?.line ?? 0): a name must be a text.")
                }
                object[name] = try value(member, file: file)
            }
            return .object(object)
        case .alias:
            throw ClusterError("\(file):\(node.mark?.line ?? 0): aliases are not read; use $ref.")
        }
    }

    private static func scalar(_ scalar: Node.Scalar) -> JSONValue {
        let text = scalar.string
        guard scalar.style == .plain else { return .string(text) }
        switch text {
        case "", "~", "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default:
            // What JSON writes as a number; a version such as 3.1.0 is none.
            if case .number(let number)? = try? JSONValue(parsing: text.utf8) { return .number(number) }
            return .string(text)
        }
    }
}
