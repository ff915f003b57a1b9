import HTTPService
import HTTPTypes
import JSON
import Strategies
import Testing

@Suite("Lists and their pages, over a real database")
struct StrategyPaginationTests {
    /// SplitMix64: the same numbers for the same seed.
    private struct SeededGenerator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    @Test("pages neither skip nor repeat while rows come and go", arguments: StrategySort.allCases)
    func model(sort: StrategySort) async throws {
        try await StrategiesUnderTest.with { service in
            var random = SeededGenerator(state: UInt64(sort.index))
            // Few names, so that the id has to break many ties.
            let names = ["a", "B", "b", "Ä", "日", "a b"]
            func insert() async throws -> Int { try await service.create(names[Int(random.next() % 6)]) }
            var present: Set<Int> = []
            for _ in 0..<40 { present.insert(try await insert()) }
            var throughout = present
            var seen: [Int] = []
            var target: String? = "?limit=\(1 + random.next() % 7)&sort=\(sort.rawValue)"
            while let current = target {
                let page = try await service.send(.get, current)
                #expect(page.status == 200)
                seen += page.ids
                target = page.next
                for _ in 0..<3 {
                    if random.next() % 2 == 0 {
                        present.insert(try await insert())
                    } else if let victim = present.sorted().randomElement(using: &random) {
                        #expect(try await service.send(.delete, "/\(victim)").status == 204)
                        present.remove(victim)
                        throughout.remove(victim)
                    }
                }
                try #require(seen.count < 1000)
            }
            #expect(Set(seen).count == seen.count, "a row was shown twice")
            #expect(throughout.isSubset(of: seen), "a row was skipped")
            let rows = try await service.send(.get, "?limit=200&sort=\(sort.rawValue)")
            let order = rows.ids.filter(throughout.contains)
            #expect(seen.filter(throughout.contains) == order, "the order changed between pages")
        }
    }

    @Test("the page's size is kept, and the last page has no next one")
    func sizes() async throws {
        try await StrategiesUnderTest.with { service in
            for index in 0..<6 { try await service.create("s\(index)") }
            let all = try await service.send(.get)
            #expect(all.ids.count == 6 && all.next == nil && all.ids == all.ids.sorted(by: >))
            #expect(try await service.send(.get, "?limit=6").next == nil)
            let first = try await service.send(.get, "?limit=5")
            #expect(first.ids == Array(all.ids.prefix(5)))
            let last = try await service.send(.get, try #require(first.next))
            #expect(last.ids == Array(all.ids.suffix(1)) && last.next == nil)
            #expect(try await service.send(.get, as: 1).text == "[]")
            #expect(try await service.send(.head).headers[.contentLength] == all.headers[.contentLength])
        }
    }

    @Test("filters choose, search finds in name, description and tags without regard to case")
    func filters() async throws {
        try await StrategiesUnderTest.with { service in
            let first = try await service.create("BTC Momentum", rest: #","tags":["Trend","x y"],"status":"active""#)
            let second = try await service.create("Pairs", rest: #","description":"100% btc_eth\\","tags":["x"]"#)
            let third = try await service.create("Grid", rest: #","tags":["btc"],"status":"active""#)
            let expected: [(String, Set<Int>)] = [
                ("?status=active", [first, third]), ("?tag=x", [second]), ("?tag=x%20y", [first]), ("?tag=Btc", []),
                ("?q=btc", [first, second, third]), ("?q=BTC&status=active", [first, third]), ("?q=trend", [first]),
                ("?q=100%25", [second]), ("?q=c_e", [second]), ("?q=%25%25", []), ("?q=%5C", [second]),
                ("?q=btc&tag=btc&status=active", [third]), ("?q=nothing", []), ("?status=paused", []),
                ("?q=&tag=", [first, second, third]),
            ]
            for sort in StrategySort.allCases {
                for (query, ids) in expected {
                    let answer = try await service.send(.get, "\(query)&sort=\(sort.rawValue)&limit=200")
                    #expect(Set(answer.ids) == ids, "\(query) \(sort)")
                }
            }
            let page = try await service.send(.get, "?q=btc&limit=1&sort=created_at")
            #expect(page.ids == [first])
            let next = try await service.send(.get, try #require(page.next))
            #expect(next.ids == [second])
        }
    }
}
