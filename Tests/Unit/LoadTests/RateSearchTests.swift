import Load
import Testing

@Suite("the search for the highest rate")
struct RateSearchTests {
    @Test(
        "it finds what a server can do, from below and from above", arguments: [1.0, 700, 5000, 90_000], [10.0, 1000])
    func finds(capacity: Double, start: Double) throws {
        var search = RateSearch(from: start)
        var tries = 0
        while let rate = search.next {
            search.record(rate, isMet: rate <= capacity)
            tries += 1
            try #require(tries < 40)
        }
        let best = try #require(search.best)
        #expect(best <= capacity)
        #expect(best >= capacity * 0.95)
    }

    @Test("nothing holds: there is no highest rate")
    func nothing() throws {
        var search = RateSearch(from: 500)
        while let rate = search.next { search.record(rate, isMet: false) }
        #expect(search.best == nil)
    }
}
