import Foundation
import JSON
import LocalCluster

/// `docs/openapi.yaml`, as the tests look at it.
struct Contract {
    /// An operation of the document.
    struct Operation {
        let endpoint: Endpoint
        let value: JSONObject
        var id: String? { value["operationId"]?.string }
        /// The answers by status, with references followed.
        let responses: [(status: String, value: JSONObject)]

        /// Whether there is no way in without credentials; without `security` the document's own holds, which has none.
        var mustAuthenticate: Bool {
            guard let ways = value["security"]?.array else { return true }
            return !ways.isEmpty && !ways.contains(.object(JSONObject()))
        }
    }

    private static let methods = ["get", "put", "post", "delete", "patch"]

    let root: JSONValue
    let operations: [Operation]

    static func read() throws -> Contract {
        let path = Repository.path(OpenAPIDocument.path)
        return Contract(try OpenAPIDocument(yaml: try String(contentsOfFile: path, encoding: .utf8)).value)
    }

    init(_ root: JSONValue) {
        self.root = root
        var operations: [Operation] = []
        for path in root.object?["paths"]?.object?.members ?? [] {
            for member in path.value.object?.members ?? [] where Self.methods.contains(member.name) {
                let value = member.value.object ?? JSONObject()
                let responses = (value["responses"]?.object?.members ?? []).map {
                    ($0.name, Self.resolve($0.value, in: root).object ?? JSONObject())
                }
                operations.append(
                    Operation(
                        endpoint: Endpoint(member.name.uppercased(), path.name), value: value, responses: responses))
            }
        }
        self.operations = operations
    }

    var endpoints: Set<Endpoint> { Set(operations.map(\.endpoint)) }

    /// What is at a JSON pointer (RFC 6901) such as `#/components/schemas/Error`.
    func value(at reference: String) -> JSONValue? { Self.value(at: reference, in: root) }

    func resolve(_ value: JSONValue) -> JSONValue { Self.resolve(value, in: root) }

    /// Calls back with every value of the document.
    func visit(_ body: (JSONValue) -> Void) { Self.visit(root, body) }

    /// The error codes that a value names under `properties.code`.
    static func codes(in value: JSONValue) -> Set<String> {
        var codes: Set<String> = []
        visit(value) { value in
            guard let code = value.object?["properties"]?.object?["code"]?.object else { return }
            if let one = code["const"]?.string { codes.insert(one) }
            codes.formUnion((code["enum"]?.array ?? []).compactMap(\.string))
        }
        return codes
    }

    private static func visit(_ value: JSONValue, _ body: (JSONValue) -> Void) {
        body(value)
        switch value {
        case .array(let elements): for element in elements { visit(element, body) }
        case .object(let object): for member in object.members { visit(member.value, body) }
        default: break
        }
    }

    private static func value(at reference: String, in root: JSONValue) -> JSONValue? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(root) { value, name in
            value?.object?[String(name).replacing("~1", with: "/").replacing("~0", with: "~")]
        }
    }

    private static func resolve(_ value: JSONValue, in root: JSONValue) -> JSONValue {
        guard let reference = value.object?["$ref"]?.string else { return value }
        return Self.value(at: reference, in: root) ?? .null
    }
}
