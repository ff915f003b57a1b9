import Authentication
import Testing

@Suite("The revocations that a process knows")
struct RevocationSetTests {
    private func token(
        _ id: String = "t1", user: Int = 7, session: String = "s1", epoch: Int = 5
    ) -> AccessToken {
        AccessToken(
            userID: user, tokenID: id, sessionID: session, epoch: epoch, role: .user, issuedAt: 0, expiresAt: 900)
    }

    private func set(_ subjects: Revocation.Subject..., expiresAt: Int = 900) -> RevocationSet {
        var set = RevocationSet()
        for (index, subject) in subjects.enumerated() {
            set.insert(Revocation(number: index + 1, subject: subject, expiresAt: expiresAt))
        }
        return set
    }

    @Test("a revoked token, session or epoch refuses what it names and nothing else")
    func scopes() {
        #expect(!set().refuses(token()))
        #expect(set(.token("t1")).refuses(token()))
        #expect(!set(.token("t1")).refuses(token("t2")))
        #expect(!set(.token("s1")).refuses(token()))
        #expect(set(.session("s1")).refuses(token("t2")))
        #expect(!set(.session("s2")).refuses(token()))
        #expect(set(.userEpoch(userID: 7, below: 6)).refuses(token()))
        #expect(!set(.userEpoch(userID: 7, below: 5)).refuses(token()))
        #expect(!set(.userEpoch(userID: 8, below: 6)).refuses(token()))
        #expect(set(.globalEpoch(below: 6)).refuses(token(user: 8)))
        #expect(!set(.globalEpoch(below: 5)).refuses(token(user: 8)))
    }

    @Test("an epoch is never lowered")
    func epochs() {
        let set = set(
            .userEpoch(userID: 7, below: 6), .userEpoch(userID: 7, below: 3), .globalEpoch(below: 4),
            .globalEpoch(below: 2))
        #expect(set.refuses(token(epoch: 5)))
        #expect(set.refuses(token(user: 8, epoch: 3)))
        #expect(!set.refuses(token(user: 8, epoch: 4)))
    }

    @Test("what has expired goes, and nothing before")
    func expiry() {
        var set = set(.token("t1"), .session("s1"), .userEpoch(userID: 7, below: 9), .globalEpoch(below: 9))
        set.removeExpired(now: 899)
        #expect(set.count == 4)
        set.removeExpired(now: 900)
        #expect(set.count == 0 && !set.refuses(token()))
    }

    @Test("a later expiry of the same thing wins, in either order")
    func laterExpiry() {
        for expiries in [[900, 1000], [1000, 900]] {
            var set = RevocationSet()
            for (index, expiresAt) in expiries.enumerated() {
                set.insert(Revocation(number: index, subject: .session("s1"), expiresAt: expiresAt))
                set.insert(
                    Revocation(number: index, subject: .userEpoch(userID: 7, below: 6), expiresAt: expiresAt))
            }
            set.removeExpired(now: 950)
            #expect(set.count == 2)
            set.removeExpired(now: 1000)
            set.removeExpired(now: 1000)
            #expect(set.count == 0)
        }
    }

    @Test("reading the same revocations again and again takes no more memory, and removing is bounded")
    func bounds() {
        var set = RevocationSet()
        for _ in 0..<3 {
            for number in 1...1000 {
                set.insert(Revocation(number: number, subject: .token("t\(number)"), expiresAt: 900))
            }
        }
        #expect(set.count == 1000)
        set.removeExpired(now: 900, limit: 600)
        #expect(set.count == 400)
        set.removeExpired(now: 900, limit: 600)
        #expect(set.count == 0)
    }
}
