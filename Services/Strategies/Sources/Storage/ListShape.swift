import Postgres

/// What decides the SQL of a list: its order, and which of its filters are there.
struct ListShape: Hashable, Sendable {
    let sort: StrategySort
    let hasStatus: Bool
    let hasTag: Bool
    let hasSearch: Bool
    let hasCursor: Bool

    init(_ query: StrategyListQuery) {
        sort = query.sort
        hasStatus = query.status != nil
        hasTag = query.tag != nil
        hasSearch = query.search != nil
        hasCursor = query.cursor != nil
    }

    private init(sort: StrategySort, filters: Int) {
        self.sort = sort
        hasStatus = filters & 1 != 0
        hasTag = filters & 2 != 0
        hasSearch = filters & 4 != 0
        hasCursor = filters & 8 != 0
    }

    /// Every shape, each at its own ``index``.
    static let all: [ListShape] = StrategySort.allCases.sorted { $0.index < $1.index }.flatMap { sort in
        (0..<16).map { ListShape(sort: sort, filters: $0) }
    }

    var index: Int {
        sort.index * 16 + (hasStatus ? 1 : 0) + (hasTag ? 2 : 0) + (hasSearch ? 4 : 0) + (hasCursor ? 8 : 0)
    }

    /// `$1` is the user, `$2` one more than the page's size; status, tag, search and cursor follow where they are.
    var statement: Statement {
        var conditions = ["user_id = $1"]
        var parameter = 2
        func next() -> String {
            parameter += 1
            return "$\(parameter)"
        }
        if hasStatus { conditions.append("status = \(next())") }
        if hasTag { conditions.append("\(next()) = ANY (tags)") }
        if hasSearch {
            let pattern = next()
            conditions.append(
                """
                (strategy_name ILIKE \(pattern) OR description ILIKE \(pattern)
                     OR EXISTS (SELECT FROM unnest(tags) AS tag WHERE tag ILIKE \(pattern)))
                """)
        }
        let direction = sort.isDescending ? "DESC" : "ASC"
        if hasCursor {
            let type = sort.sortsByTime ? "timestamptz" : "text"
            let comparison = sort.isDescending ? "<" : ">"
            conditions.append("(\(sort.column), id) \(comparison) (\(next())::\(type), \(next())::bigint)")
        }
        // The revision comes first and alone, for a join would repeat it in each row and need an order of its own. UNION
        // ALL promises no order between its parts, so the page is believed only where it begins with the revision.
        return Statement(
            "strategies_list_\(index)",
            """
            SELECT coalesce(r.epoch, 0) AS epoch, coalesce(r.revision, 0) AS revision, NULL AS document
            FROM (SELECT) AS caller LEFT JOIN user_revisions r ON r.user_id = $1
            UNION ALL (
                SELECT NULL, NULL, document FROM trading_strategies
                WHERE \(conditions.joined(separator: "\n      AND "))
                ORDER BY \(sort.column) \(direction), id \(direction)
                LIMIT $2
            )
            """)
    }
}
