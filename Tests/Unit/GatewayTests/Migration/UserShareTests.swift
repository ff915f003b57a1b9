import Gateway
import Testing

@Suite("Shares of users")
struct UserShareTests {
    private static let users = 1...100_000

    @Test(
        "of 100,000 users a canary takes what it says, within half a point", arguments: ["desk", "monolith>strategies"])
    func share(salt: String) {
        let share = UserShare(salt: salt)
        for percent in [1, 5, 25, 50, 99] {
            let count = Self.users.count { share.contains($0, percent: percent) }
            #expect(abs(Double(count) / 1000 - Double(percent)) <= 0.5, "\(percent) %: \(count)")
        }
    }

    @Test("nobody leaves the candidate as it grows")
    func monotone() {
        let share = UserShare(salt: "desk")
        for (smaller, larger) in [(1, 5), (5, 25), (25, 50), (50, 99)] {
            #expect(
                Self.users.allSatisfy {
                    !share.contains($0, percent: smaller) || share.contains($0, percent: larger)
                })
        }
    }

    /// A value of Swift's own hashing would be another one in each process.
    @Test("a user has one place in every process and release")
    func stable() {
        #expect([1, 2, 3, 1_000_000].map { UserShare(salt: "desk").place(of: $0) } == [2454, 8142, 4158, 5495])
    }

    @Test("another salt spreads the users in another way, and every tenth of the places is as full as the others")
    func spread() {
        let (one, other) = (UserShare(salt: "desk"), UserShare(salt: "desk2"))
        let both = Self.users.count { one.contains($0, percent: 10) && other.contains($0, percent: 10) }
        #expect((800...1200).contains(both))
        var tenths = [Int](repeating: 0, count: 10)
        for user in Self.users { tenths[one.place(of: user) / 1000] += 1 }
        #expect(tenths.allSatisfy { (9500...10_500).contains($0) })
    }
}
