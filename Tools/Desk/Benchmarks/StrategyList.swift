import JSON

/// What a list says, whatever blanks its JSON has.
struct StrategyList: Equatable {
    private let strategies: JSONValue

    /// - Parameter objects: the objects between a list's brackets; `nil` when they are no JSON.
    init?(_ objects: String) {
        guard let value = try? JSONValue(parsing: Array("[\(objects)]".utf8)) else { return nil }
        strategies = value
    }

    var count: Int { strategies.array?.count ?? 0 }
}
