import APIContract
import Postgres
import Strategies
import Testing

@Suite("which strategies a list shows")
struct StrategyListQueryTests {
    @Test("nothing said means the 50 newest")
    func defaults() throws {
        #expect(try StrategyListQuery(parsing: nil) == StrategyListQuery())
        #expect(try StrategyListQuery(parsing: "") == StrategyListQuery())
    }

    @Test("everything said is taken")
    func everything() throws {
        let query = try StrategyListQuery(
            parsing: "limit=200&sort=strategy_name&status=active&tag=b%20c&q=50%25&user_id=7")
        #expect(query.limit == 200 && query.sort == .name && query.status == "active")
        #expect(query.tag == "b c" && query.search == "50%" && query.userID == 7)
    }

    static let refused = [
        "limit=0", "limit=201", "limit=x", "sort=id", "sort=created_at%3BDROP", "status=done", "cursor=x", "user_id=0",
        "user_id=x",
        "tag=" + String(repeating: "t", count: 51), "q=" + String(repeating: "q", count: 201), "q=%00", "offset=1",
    ]

    @Test("anything else is a 422", arguments: refused)
    func invalid(text: String) {
        let error = #expect(throws: APIError.self) { try StrategyListQuery(parsing: text) }
        #expect(error?.status == 422)
    }

    @Test("the next page's target asks for the same list after the cursor")
    func target() throws {
        var query = try StrategyListQuery(
            parsing: "user_id=8&limit=3&sort=-updated_at&status=draft&tag=%C3%A9%26&q=a%2Fb%20c")
        let cursor = try #require(ListCursor(sort: query.sort, key: "2026-01-02T03:04:05.678901Z", id: 9))
        let target = query.target(path: "/p", after: cursor)
        let parts = target.split(separator: "?")
        #expect(parts.first == "/p")
        let next = try StrategyListQuery(parsing: String(try #require(parts.last)))
        query.cursor = cursor
        #expect(next == query)
    }

    @Test("a cursor brings its order along, and fits no other")
    func cursorOrder() throws {
        let cursor = try #require(ListCursor(sort: .name, key: "N", id: 9))
        #expect(try StrategyListQuery(parsing: "cursor=\(cursor.encoded)").sort == .name)
        #expect(throws: APIError.self) { try StrategyListQuery(parsing: "sort=created_at&cursor=\(cursor.encoded)") }
    }

    @Test("every shape of a list has one statement of its own, and it begins with the user")
    func statements() throws {
        var names: [String: String] = [:]
        for sort in StrategySort.allCases {
            for filters in 0..<16 {
                var query = StrategyListQuery()
                query.sort = sort
                query.status = filters & 1 != 0 ? "draft" : nil
                query.tag = filters & 2 != 0 ? "t" : nil
                query.search = filters & 4 != 0 ? "s" : nil
                query.cursor =
                    filters & 8 != 0
                    ? ListCursor(sort: sort, key: sort.sortsByTime ? "2026-01-01T00:00:00Z" : "n", id: 1) : nil
                let (statement, parameters) = Queries.list(query, userID: 7)
                #expect(names.updateValue(statement.sql, forKey: statement.name) == nil)
                #expect(statement.sql.contains("WHERE user_id = $1"))
                #expect(statement.sql.contains("ORDER BY \(sort.column) \(sort.isDescending ? "DESC" : "ASC"), id"))
                #expect(parameters.first == .integer(7) && parameters.dropFirst().first == .integer(51))
                #expect(
                    statement.sql.contains("$\(parameters.count)")
                        && !statement.sql.contains("$\(parameters.count + 1)"))
            }
        }
        #expect(Set(names.values).count == 96)
    }

    @Test("every other statement names the user as well")
    func userFirst() {
        for statement in [Queries.exists, Queries.lock, Queries.replace, Queries.delete] {
            #expect(statement.sql.contains("WHERE user_id = $1 AND id = $2"))
        }
        #expect(Queries.get.sql.contains("ON s.user_id = $1 AND s.id = $2"))
        #expect(Queries.create.sql.contains("(user_id,") && Queries.create.sql.contains("VALUES ($1,"))
    }

    @Test(
        "a search stands for itself",
        arguments: zip(["a", "50%", "a_b", "\\", "é'"], ["%a%", "%50\\%%", "%a\\_b%", "%\\\\%", "%é'%"]))
    func likePattern(text: String, pattern: String) {
        #expect(LikePattern.containing(text) == pattern)
    }

    @Test("arrays are written as PostgreSQL reads them")
    func arrays() {
        #expect(ArrayLiteral.text([]) == "{}")
        #expect(
            ArrayLiteral.text(["a", "b,c", "d\"e", "f\\g", "{}", "NULL", " "])
                == #"{"a","b,c","d\"e","f\\g","{}","NULL"," "}"#)
        #expect(ArrayLiteral.integers([1, -2]) == "{1,-2}")
    }
}
