import APIContract
import Strategies
import Testing

@Suite("Queries of a strategy's history")
struct VersionListQueryTests {
    @Test("the next page goes on below the last version shown", arguments: [1, 7, 9_000_000_000])
    func next(version: Int) throws {
        let first = try VersionListQuery(parsing: "limit=3&consistency=strong")
        let target = first.target(path: "/x", after: version)
        #expect(target.hasPrefix("/x?limit=3&consistency=strong&cursor="))
        var expected = first
        expected.before = version
        #expect(try VersionListQuery(parsing: String(target.dropFirst(3))) == expected)
    }

    @Test(
        "what is no query of it is refused",
        arguments: ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=MTp2ZXJzaW9uOjA", "sort=id", "q=a"])
    func refused(query: String) {
        let error = #expect(throws: APIError.self) { try VersionListQuery(parsing: query) }
        #expect(error?.status == 422)
    }

    @Test("a cursor of the strategies is none of the versions")
    func foreignCursor() throws {
        let cursor = try #require(ListCursor(sort: .name, key: "a", id: 3)).encoded
        let error = #expect(throws: APIError.self) { try VersionListQuery(parsing: "cursor=\(cursor)") }
        #expect(error?.status == 422)
    }
}
