/// The members of a JSON object, in their order; no name occurs twice.
package struct JSONObject: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package let name: String
        package var value: JSONValue
    }

    package private(set) var members: [Member] = []
    private var positions: [String: Int] = [:]

    package init() {}

    /// Later values of the same name replace earlier ones.
    package init(_ members: KeyValuePairs<String, JSONValue>) {
        for (name, value) in members { self[name] = value }
    }

    package var names: [String] { members.map(\.name) }

    package subscript(name: String) -> JSONValue? {
        get { positions[name].map { members[$0].value } }
        set {
            switch (positions[name], newValue) {
            case (let position?, let value?):
                members[position].value = value
            case (nil, let value?):
                positions[name] = members.count
                members.append(Member(name: name, value: value))
            case (let position?, nil):
                members.remove(at: position)
                positions = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.name, $0) })
            case (nil, nil):
                break
            }
        }
    }

    /// The object without these members, in time that grows with their count and not with its square.
    package func removing(_ names: Set<String>) -> JSONObject {
        guard !names.isEmpty else { return self }
        var rest = JSONObject()
        for member in members where !names.contains(member.name) { rest[member.name] = member.value }
        return rest
    }

    package static func == (left: JSONObject, right: JSONObject) -> Bool { left.members == right.members }

    package func hash(into hasher: inout Hasher) { hasher.combine(members) }
}
