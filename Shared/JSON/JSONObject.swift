/// The members of a JSON object, in their order; no name occurs twice.
///
/// Names are the same only code unit by code unit (RFC 8259 §8.3): `é` written as one character and as two are two
/// names, which Swift's own comparison of strings would take for one.
package struct JSONObject: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package let name: String
        package var value: JSONValue
    }

    package private(set) var members: [Member] = []
    private var positions: [Name: Int] = [:]

    private struct Name: Hashable {
        let text: String

        static func == (left: Name, right: Name) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    package init() {}

    /// Later values of the same name replace earlier ones.
    package init(_ members: KeyValuePairs<String, JSONValue>) {
        for (name, value) in members { self[name] = value }
    }

    package var names: [String] { members.map(\.name) }

    package subscript(name: String) -> JSONValue? {
        get { positions[Name(text: name)].map { members[$0].value } }
        set {
            switch (positions[Name(text: name)], newValue) {
            case (let position?, let value?):
                members[position].value = value
            case (nil, let value?):
                positions[Name(text: name)] = members.count
                members.append(Member(name: name, value: value))
            case (let position?, nil):
                members.remove(at: position)
                positions = Dictionary(uniqueKeysWithValues: members.enumerated().map { (Name(text: $1.name), $0) })
            case (nil, nil):
                break
            }
        }
    }

    /// The object without these members, in time that grows with their count and not with its square.
    package func removing(_ names: some Sequence<String>) -> JSONObject {
        let removed = Set(names.map { Name(text: $0) })
        guard !removed.isEmpty else { return self }
        var rest = JSONObject()
        for member in members where !removed.contains(Name(text: member.name)) { rest[member.name] = member.value }
        return rest
    }

    package static func == (left: JSONObject, right: JSONObject) -> Bool { left.members == right.members }

    package func hash(into hasher: inout Hasher) { hasher.combine(members) }
}
