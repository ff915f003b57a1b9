package import JSON

/// A difference that is kept for whoever looks for its cause, without what nobody may see.
package struct DifferenceSample: Sendable {
    package let path: String
    package let differences: [JSONComparison.Difference]

    /// Words in the name of a member whose value is not kept, on either side.
    private static let secrets = [
        "password", "secret", "token", "authorization", "cookie", "key", "hash", "email", "code",
    ]
    private static let longestText = 80
    private static let mostDifferences = 10

    /// - Parameter path: without its query, which may hold anything.
    package init(path: String, differences: [JSONComparison.Difference]) {
        self.path = path
        self.differences = differences
    }

    /// `{"at":…,"path":…,"differences":[{"kind":…,"place":…,"primary":…,"candidate":…}]}`
    package func json(at seconds: Int) -> JSONObject {
        var json = JSONObject()
        json["at"] = .number("\(seconds)")
        json["path"] = .string(path)
        json["differences"] = .array(
            differences.prefix(Self.mostDifferences).map { difference in
                var json = JSONObject()
                json["kind"] = .string(difference.kind.rawValue)
                json["place"] = .string(difference.place)
                json["primary"] = Self.shown(difference.primary, at: difference.place)
                json["candidate"] = Self.shown(difference.candidate, at: difference.place)
                return .object(json)
            })
        return json
    }

    /// Of an object or an array, which may hold a secret further down, only how large it is.
    private static func shown(_ value: JSONValue?, at place: String) -> JSONValue {
        guard let value else { return .null }
        let name = place.lowercased()
        if secrets.contains(where: name.contains) { return .string("removed") }
        switch value {
        case .object(let object): return .string("object of \(object.members.count)")
        case .array(let array): return .string("array of \(array.count)")
        case .string(let text) where text.count > longestText: return .string("\(text.prefix(longestText))…")
        default: return value
        }
    }
}
