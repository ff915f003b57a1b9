/// The orders that a list can have; the id breaks ties, in the same direction.
package enum StrategySort: String, CaseIterable, Sendable {
    case newestFirst = "-created_at"
    case oldestFirst = "created_at"
    case changedLast = "updated_at"
    case changedFirst = "-updated_at"
    case name = "strategy_name"
    case nameDescending = "-strategy_name"

    package var isDescending: Bool { rawValue.hasPrefix("-") }

    /// The column, and the member of the resource.
    package var column: String { isDescending ? String(rawValue.dropFirst()) : rawValue }

    package var sortsByTime: Bool { self != .name && self != .nameDescending }

    /// A short form for cursors and names of statements.
    package var index: Int {
        switch self {
        case .newestFirst: 0
        case .oldestFirst: 1
        case .changedFirst: 2
        case .changedLast: 3
        case .name: 4
        case .nameDescending: 5
        }
    }
}
