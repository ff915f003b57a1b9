import JSON

/// What a change of a stage asks for, as its JSON body says: `{"by":…,"reason":…}` and the members of its kind.
struct MigrationOrder: Sendable {
    private let json: JSONObject
    let by: String
    let reason: String
    /// Of the route that the caller has seen; `nil` where it does not matter.
    let version: Int?
    /// Of the canary to go to; `nil` for the next step.
    let percent: Int?

    /// In bytes, of who and why.
    private static let longestText = 500

    init(_ json: JSONObject) throws(MigrationRefusal) {
        self.json = json
        by = try Self.text("by", in: json)
        reason = try Self.text("reason", in: json)
        version = try Self.number("version", in: json)
        percent = try Self.number("percent", in: json)
        guard percent.map({ (1...99).contains($0) }) ?? true else { throw .malformed("percent is not 1 to 99") }
    }

    /// Of `advance`: whatever the evidence says.
    var isForced: Bool { json["force"]?.bool ?? false }

    var routes: [String] { json["routes"]?.array?.compactMap(\.string) ?? [] }

    /// Of `rollback`: where to; `nil` for the stage before.
    var target: MigrationStage? {
        get throws(MigrationRefusal) {
            guard let value = json["to"] else { return nil }
            guard let stage = value.string.flatMap({ MigrationStage(name: $0) }) else {
                throw .malformed("to is not legacy or shadow")
            }
            return stage
        }
    }

    /// Of `pin`.
    var user: Int {
        get throws(MigrationRefusal) {
            guard let user = json["user"]?.integer, user > 0 else { throw .malformed("user is no number of a user") }
            return user
        }
    }

    /// Of `pin`: `nil` lets the user go.
    var side: MigrationSide? {
        get throws(MigrationRefusal) { try side("side", none: "none") }
    }

    /// Of `writes`: `nil` holds them.
    var owner: MigrationSide? {
        get throws(MigrationRefusal) { try side("owner", none: "held") }
    }

    private func side(_ name: String, none: String) throws(MigrationRefusal) -> MigrationSide? {
        let text = json[name]?.string
        if text == none { return nil }
        guard let side = text.flatMap(MigrationSide.init(rawValue:)) else {
            throw .malformed("\(name) is not legacy, candidate or \(none)")
        }
        return side
    }

    private static func text(_ name: String, in json: JSONObject) throws(MigrationRefusal) -> String {
        guard let text = json[name]?.string, !text.isEmpty, text.utf8.count <= longestText else {
            throw .malformed("\(name) must be a text of 1 to \(longestText) bytes")
        }
        return text
    }

    private static func number(_ name: String, in json: JSONObject) throws(MigrationRefusal) -> Int? {
        guard let value = json[name], !value.isNull else { return nil }
        guard let number = value.integer else { throw .malformed("\(name) is no whole number") }
        return number
    }
}
