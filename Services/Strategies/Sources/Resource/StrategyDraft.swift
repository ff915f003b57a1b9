package import JSON

/// What a client may say of a strategy; validated.
package struct StrategyDraft: Hashable, Sendable {
    package let name: String
    package let description: String?
    package let parameters: JSONObject
    package let tags: [String]
    package let status: String

    /// The members that a client may write, by their names in JSON.
    package enum Member: String, CaseIterable, Sendable {
        case name = "strategy_name"
        case description, parameters, tags, status
    }

    package static let statuses = ["draft", "active", "paused", "archived"]
    package static let nameLength = 1...255
    package static let descriptionLength = 0...10_000
    package static let tagCount = 0...20
    package static let tagLength = 1...50

    package init(name: String, description: String?, parameters: JSONObject, tags: [String], status: String) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.tags = tags
        self.status = status
    }
}
