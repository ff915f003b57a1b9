import Authentication
import JSON
import Testing

@Suite("The proof that all revocations are known")
struct RevocationFeedTests {
    private static let start = ContinuousClock.now
    private static let generation = RevocationGeneration(epoch: 1, nonce: "a")

    private func at(_ milliseconds: Int) -> RevocationFeed.Instant { Self.start + .milliseconds(milliseconds) }

    private func revocations(_ numbers: ClosedRange<Int>) -> [Revocation] {
        numbers.map { Revocation(number: $0, subject: .token("t\($0)"), expiresAt: .max) }
    }

    private func token(_ number: Int) -> AccessToken {
        AccessToken(
            userID: 1, tokenID: "t\(number)", sessionID: "s", epoch: 0, role: .user, issuedAt: 0, expiresAt: .max)
    }

    /// A beat of sequence `beat` whose reading came after the beat before, unless it says otherwise.
    private func answer(
        _ beat: Int, highest: Int, entries: [Revocation] = [], floor: Int = 1, readAfter: Int? = nil,
        generation: RevocationGeneration = Self.generation, run: String = "r", beatRun: String? = nil,
        isFull: Bool = false
    ) -> RevocationStreamAnswer {
        RevocationStreamAnswer(
            generation: generation, run: run,
            beat: .init(run: beatRun ?? run, sequence: beat, readAfter: readAfter ?? beat - 1, highest: highest),
            floor: floor, entries: entries, isFull: isFull)
    }

    /// A feed that was asked at 0 and 50 ms and holds 1 and 2; it is proven up to 0 ms.
    private func loaded() -> RevocationFeed {
        var feed = RevocationFeed()
        _ = feed.receive(answer(10, highest: 2, entries: revocations(1...2)), to: feed.position, askedAt: at(0))
        _ = feed.receive(answer(12, highest: 2), to: feed.position, askedAt: at(50))
        return feed
    }

    private func page(_ highest: Int, _ rows: [Revocation] = [], epoch: Int = 1, floor: Int = 1) -> RevocationReport {
        .database(RevocationPage(epoch: epoch, highest: highest, floor: floor, revocations: rows))
    }

    // MARK: Redis

    @Test("nothing is proven before a beat was read from the database after our first question")
    func firstLoad() {
        var feed = RevocationFeed()
        #expect(feed.verdict(on: token(9), now: at(0)) == .unproven)
        _ = feed.receive(answer(10, highest: 2, entries: revocations(1...2)), to: feed.position, askedAt: at(0))
        // Complete by that beat, but who knows how old it was.
        #expect(feed.provenAt == nil)
        #expect(feed.verdict(on: token(1), now: at(0)) == .revoked)
        _ = feed.receive(answer(11, highest: 2, readAfter: 9), to: feed.position, askedAt: at(50))
        #expect(feed.provenAt == nil)
        _ = feed.receive(answer(12, highest: 2, readAfter: 11), to: feed.position, askedAt: at(100))
        #expect(feed.provenAt == at(0))
        #expect(feed.verdict(on: token(9), now: at(100)) == .valid)
    }

    @Test("a proof reaches to the question before the beat that the database was read after, and no further")
    func reach() {
        var feed = loaded()
        _ = feed.receive(answer(13, highest: 2, readAfter: 12), to: feed.position, askedAt: at(100))
        #expect(feed.provenAt == at(0))
        _ = feed.receive(answer(14, highest: 2, readAfter: 13), to: feed.position, askedAt: at(150))
        #expect(feed.provenAt == at(50))
        // The same beat seen again moves its evidence on.
        _ = feed.receive(answer(14, highest: 2, readAfter: 13), to: feed.position, askedAt: at(200))
        _ = feed.receive(answer(15, highest: 2, readAfter: 14), to: feed.position, askedAt: at(250))
        #expect(feed.provenAt == at(100))
        _ = feed.receive(answer(16, highest: 2, readAfter: 15), to: feed.position, askedAt: at(300))
        #expect(feed.provenAt == at(200))
    }

    @Test("a proof that is too old lets nobody in; what is revoked stays revoked")
    func tooOld() {
        let feed = loaded()
        #expect(feed.verdict(on: token(9), now: at(900)) == .valid)
        #expect(feed.verdict(on: token(9), now: at(901)) == .unproven)
        // A process that was suspended for five seconds knows it at once.
        #expect(feed.verdict(on: token(9), now: at(5050)) == .unproven)
        #expect(feed.verdict(on: token(1), now: at(5050)) == .revoked)
    }

    @Test("a beat that waited in a paused server proves nothing new")
    func staleBeat() {
        var feed = loaded()
        // The server answers again after five seconds, and a publication that was sent before is carried out first.
        _ = feed.receive(answer(13, highest: 2, readAfter: 11), to: feed.position, askedAt: at(5000))
        #expect(feed.verdict(on: token(3), now: at(5001)) == .unproven)
        _ = feed.receive(
            answer(14, highest: 3, entries: revocations(3...3), readAfter: 13), to: feed.position, askedAt: at(5050))
        #expect(feed.verdict(on: token(9), now: at(5051)) == .unproven)
        _ = feed.receive(answer(15, highest: 3, readAfter: 14), to: feed.position, askedAt: at(5100))
        #expect(feed.verdict(on: token(9), now: at(5101)) == .valid)
        #expect(feed.verdict(on: token(3), now: at(5101)) == .revoked)
    }

    @Test("while beats stop, the proof stays where it was")
    func noBeats() {
        var feed = loaded()
        for time in stride(from: 100, to: 2000, by: 50) {
            _ = feed.receive(answer(12, highest: 2), to: feed.position, askedAt: at(time))
        }
        #expect(feed.provenAt == at(0))
    }

    @Test("a number that the beat names and the stream lacks is no proof")
    func missing() {
        var feed = loaded()
        for beat in 13...16 {
            let step = feed.receive(
                answer(beat, highest: 3), to: feed.position, askedAt: at(beat * 50))
            #expect(step == .wait)
        }
        #expect(feed.provenAt == at(0))
        _ = feed.receive(answer(17, highest: 3, entries: revocations(3...3)), to: feed.position, askedAt: at(850))
        #expect(feed.provenAt == at(750))
    }

    @Test("a gap between the entries makes everything be read again")
    func gap() {
        var feed = loaded()
        _ = feed.receive(answer(13, highest: 4, entries: revocations(4...4)), to: feed.position, askedAt: at(100))
        #expect(feed.position.generation == nil && feed.provenAt == at(0))
        _ = feed.receive(answer(14, highest: 4, entries: revocations(1...4)), to: feed.position, askedAt: at(150))
        _ = feed.receive(answer(16, highest: 4), to: feed.position, askedAt: at(200))
        #expect(feed.provenAt == at(150))
        #expect(feed.verdict(on: token(3), now: at(200)) == .revoked)
    }

    @Test("more than one answer holds is asked for at once, and proves nothing before it is all there")
    func pages() {
        var feed = RevocationFeed()
        let full = answer(10, highest: 4, entries: revocations(1...2), isFull: true)
        #expect(feed.receive(full, to: feed.position, askedAt: at(0)) == .askAgain)
        let second = answer(12, highest: 4, entries: revocations(3...4), isFull: true)
        #expect(feed.receive(second, to: feed.position, askedAt: at(1)) == .askAgain)
        #expect(feed.provenAt == at(0))
        #expect(feed.receive(answer(12, highest: 4), to: feed.position, askedAt: at(2)) == .wait)
    }

    @Test("what has expired and was trimmed is not missed")
    func trimmed() {
        var feed = loaded()
        _ = feed.receive(
            answer(13, highest: 9, entries: revocations(8...9), floor: 8), to: feed.position, askedAt: at(100))
        _ = feed.receive(answer(15, highest: 9, floor: 8), to: feed.position, askedAt: at(150))
        #expect(feed.provenAt == at(100))
        _ = feed.receive(answer(16, highest: 9, floor: 10), to: feed.position, askedAt: at(200))
        _ = feed.receive(answer(18, highest: 9, floor: 10), to: feed.position, askedAt: at(250))
        #expect(feed.provenAt == at(200))
    }

    @Test("another generation is read from its beginning, and what was known is not forgotten")
    func otherGeneration() {
        var feed = loaded()
        let other = RevocationGeneration(epoch: 1, nonce: "b")
        // Rebuilt, and not whole yet: 2 is missing.
        _ = feed.receive(
            answer(1, highest: 2, entries: revocations(1...1), readAfter: 0, generation: other), to: feed.position,
            askedAt: at(100))
        #expect(feed.position.generation == other && feed.position.last == 1)
        #expect(feed.verdict(on: token(2), now: at(100)) == .revoked)
        _ = feed.receive(
            answer(3, highest: 2, entries: revocations(2...2), generation: other), to: feed.position, askedAt: at(150))
        // Evidence of the other generation's beats does not count.
        #expect(feed.provenAt == at(100))
    }

    @Test("a Redis of an earlier primary, or with nothing in it, proves nothing and takes nothing away")
    func emptyOrOld() {
        var feed = loaded()
        _ = feed.receive(
            answer(1, highest: 9, generation: .init(epoch: 2, nonce: "b")), to: feed.position, askedAt: at(100))
        let position = feed.position
        _ = feed.receive(answer(99, highest: 2), to: feed.position, askedAt: at(150))
        _ = feed.receive(nil, to: feed.position, askedAt: at(200))
        #expect(feed.position == position && feed.provenAt == at(0))
        #expect(feed.verdict(on: token(1), now: at(200)) == .revoked)
    }

    @Test("after a restart of Redis only a beat of the new run proves anything, even when the stream looks whole")
    func restarted() {
        var feed = loaded()
        // The tail of the log is lost: 3 was acknowledged and is not there.
        for time in [100, 150] {
            _ = feed.receive(
                answer(13, highest: 2, readAfter: 12, run: "r2", beatRun: "r"), to: feed.position, askedAt: at(time))
        }
        #expect(feed.provenAt == at(0))
        // The first beat of the new run cannot have been read after one of this run.
        _ = feed.receive(
            answer(14, highest: 3, entries: revocations(3...3), readAfter: 0, run: "r2"), to: feed.position,
            askedAt: at(200))
        #expect(feed.provenAt == at(0))
        _ = feed.receive(answer(15, highest: 3, readAfter: 14, run: "r2"), to: feed.position, askedAt: at(250))
        #expect(feed.provenAt == at(150))
    }

    // MARK: Auth

    @Test("an instance that has just read the primary proves everything up to the question")
    func database() {
        var feed = RevocationFeed()
        let step = feed.receive([.silent, page(2, revocations(1...2))], to: feed.position, askedAt: at(0))
        #expect(step == .wait && feed.provenAt == at(0))
        #expect(feed.verdict(on: token(2), now: at(0)) == .revoked)
        #expect(feed.verdict(on: token(3), now: at(0)) == .valid)
        // Redis goes on from there, once it was read as a whole.
        _ = feed.receive(answer(10, highest: 2, entries: revocations(1...2)), to: feed.position, askedAt: at(50))
        _ = feed.receive(answer(12, highest: 2), to: feed.position, askedAt: at(100))
        #expect(feed.provenAt == at(50))
    }

    @Test("a page is not the whole: the next one is asked for")
    func databasePages() {
        var feed = RevocationFeed()
        #expect(feed.receive([page(3, revocations(1...2))], to: feed.position, askedAt: at(0)) == .askAgain)
        #expect(feed.provenAt == nil)
        #expect(feed.receive([page(3, revocations(3...3))], to: feed.position, askedAt: at(1)) == .wait)
        #expect(feed.provenAt == at(1))
    }

    @Test("what Auth tells is kept while Redis goes on; answers that cross one another do no harm")
    func crossing() {
        var feed = loaded()
        let question = feed.position
        // While Auth was asked, Redis told 3 and 4.
        _ = feed.receive(answer(13, highest: 4, entries: revocations(3...4)), to: question, askedAt: at(100))
        #expect(feed.receive([page(3, revocations(3...3))], to: question, askedAt: at(90)) == .wait)
        #expect(feed.position.last == 4 && feed.provenAt == at(90))
    }

    @Test("a later primary, and one that was set back, are read from the beginning; nothing is forgotten")
    func otherPrimary() {
        var feed = loaded()
        #expect(feed.receive([page(2, epoch: 2)], to: feed.position, askedAt: at(100)) == .askAgain)
        #expect(feed.receive([page(2, revocations(1...2), epoch: 2)], to: feed.position, askedAt: at(101)) == .wait)
        #expect(feed.provenAt == at(101) && feed.position.generation == nil)
        #expect(feed.receive([page(1, epoch: 2)], to: feed.position, askedAt: at(200)) == .askAgain)
        #expect(feed.verdict(on: token(2), now: at(200)) == .revoked)
        // One of an earlier primary is not listened to.
        #expect(feed.receive([page(9, epoch: 1)], to: feed.position, askedAt: at(300)) == .wait)
        #expect(feed.provenAt == at(101))
    }

    @Test(
        "without the database it is enough that every instance says what it knows, or is gone",
        arguments: [
            ([RevocationReport.memory(epoch: 1, highest: 2), .memory(epoch: 1, highest: 1)], true),
            ([.memory(epoch: 1, highest: 2), .gone], true),
            ([.gone, .gone], true),
            ([.memory(epoch: 0, highest: 0), .gone], true),
            ([.memory(epoch: 1, highest: 2), .silent], false),
            ([.memory(epoch: 1, highest: 3), .gone], false),
            ([.memory(epoch: 2, highest: 1), .gone], false),
            ([], false),
        ])
    func council(reports: [RevocationReport], isProof: Bool) {
        var feed = loaded()
        _ = feed.receive(reports, to: feed.position, askedAt: at(500))
        #expect(feed.provenAt == (isProof ? at(500) : at(0)))
        // Who never had everything cannot say that nothing is new.
        var empty = RevocationFeed()
        _ = empty.receive(reports, to: empty.position, askedAt: at(500))
        #expect(empty.provenAt == nil)
    }

    @Test("an old answer never takes back a younger proof")
    func monotone() {
        var feed = loaded()
        _ = feed.receive([page(2)], to: feed.position, askedAt: at(500))
        _ = feed.receive([page(2)], to: feed.position, askedAt: at(400))
        #expect(feed.provenAt == at(500))
    }

    @Test("the report of an instance survives its way as JSON")
    func document() {
        let subjects: [Revocation.Subject] = [
            .token("t"), .session("s"), .userEpoch(userID: 7, below: 3), .globalEpoch(below: 4),
        ]
        let rows = subjects.enumerated().map { Revocation(number: $0 + 1, subject: $1, expiresAt: 1000) }
        for report in [page(4, rows), page(0), .memory(epoch: 3, highest: 9)] {
            #expect(report.json.map(RevocationReport.init(document:)) == report)
        }
        #expect(RevocationReport(document: .object(JSONObject())) == .silent)
        #expect(RevocationReport(document: .null) == .silent)
    }
}
