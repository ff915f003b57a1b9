import JSON

/// Names of members that the monolith and the candidate call differently, in the bodies of both ways.
///
/// It reaches the members of a body that is an object, and those of the objects in its lists: what is deeper belongs to the
/// users.
package struct FieldMapping: Sendable, Hashable {
    private let toCandidate: [String: String]
    private let toClient: [String: String]

    /// The largest body that is read for it, in bytes.
    package static let maximumBody = 1 << 20

    /// - Parameter names: the candidate's by the monolith's, each once.
    package init(_ names: [String: String] = [:]) {
        toCandidate = names
        toClient = Dictionary(names.map { ($0.value, $0.key) }) { first, _ in first }
    }

    package var isEmpty: Bool { toCandidate.isEmpty }

    /// What the candidate is sent. A body that is no JSON goes as it came: the candidate is to refuse it.
    package func request(_ body: [UInt8]) -> [UInt8] { Self.renamed(body, toCandidate) }

    /// What the client gets.
    package func answer(_ body: [UInt8]) -> [UInt8] { Self.renamed(body, toClient) }

    /// Whether a body of this media type is read.
    package static func reads(_ mediaType: String?) -> Bool {
        let type = (mediaType ?? "").prefix { $0 != ";" }.lowercased()
        return type == "application/json" || type.hasSuffix("+json")
    }

    private static func renamed(_ body: [UInt8], _ names: [String: String]) -> [UInt8] {
        guard let value = try? JSONValue(parsing: body) else { return body }
        return Array(renamed(value, names, depth: 0).serialized().utf8)
    }

    private static func renamed(_ value: JSONValue, _ names: [String: String], depth: Int) -> JSONValue {
        switch value {
        case .array(let elements):
            return .array(
                elements.map { element in
                    if case .object = element { renamed(element, names, depth: 1) } else { element }
                })
        case .object(let object):
            let new = Set(object.members.compactMap { names[$0.name] })
            var result = JSONObject()
            for member in object.members {
                let name = names[member.name]
                // A member that has the name already gives way.
                if name == nil, new.contains(member.name) { continue }
                var value = member.value
                if depth == 0, case .array = value { value = renamed(value, names, depth: 1) }
                result[name ?? member.name] = value
            }
            return .object(result)
        default: return value
        }
    }
}
