import Authentication
import Synchronization
import Testing

@Suite("Who users of a monolith are here")
struct LegacyIdentitiesTests {
    /// An Auth that counts how often it is asked, and the time, both in the test's hand.
    final class Auth: Sendable {
        let known = Mutex<Set<String>>([])
        let isAway = Atomic(false)
        let questions = Atomic(0)
        let now = Atomic(1_000_000)
        /// Who asks is answered once this is set.
        let answers = Atomic(true)

        func identities() -> LegacyIdentities {
            LegacyIdentities(
                now: { self.now.load(ordering: .relaxed) },
                standing: { subject throws(AuthenticationError) in try await self.standing(of: subject) },
                counterpart: { _ throws(AuthenticationError) in
                    self.questions.add(1, ordering: .relaxed)
                    return .none
                })
        }

        private func standing(of subject: String) async throws(AuthenticationError) -> LegacyIdentities.Standing {
            let number = questions.add(1, ordering: .relaxed).newValue
            while !answers.load(ordering: .relaxed) { await Task.yield() }
            if isAway.load(ordering: .relaxed) { throw .unavailable(reason: "test") }
            guard known.withLock({ $0.contains(subject) }) else { return .unknown }
            let now = now.load(ordering: .relaxed)
            return .known(
                text: "token-\(number)",
                token: AccessToken(
                    userID: 7, tokenID: "t\(number)", sessionID: "legacy-1", epoch: 0, role: .user, issuedAt: now,
                    expiresAt: now + 300, scopes: [.readStrategies]))
        }

        var count: Int { questions.load(ordering: .relaxed) }
    }

    @Test("Auth is asked once, however many wait, and again shortly before its token expires")
    func once() async throws {
        let auth = Auth()
        auth.known.withLock { _ = $0.insert("ann") }
        let identities = auth.identities()
        auth.answers.store(false, ordering: .relaxed)
        let standings = try await withThrowingTaskGroup(of: LegacyIdentities.Standing.self) { group in
            for _ in 0..<50 { group.addTask { try await identities.standing(of: "ann") } }
            while auth.count == 0 { await Task.yield() }
            auth.answers.store(true, ordering: .relaxed)
            return try await group.reduce(into: Set<LegacyIdentities.Standing>()) { $0.insert($1) }
        }
        #expect(standings.count == 1 && auth.count == 1)
        auth.now.add(289, ordering: .relaxed)
        #expect(identities.cachedStanding(of: "ann") == standings.first)
        auth.now.add(1, ordering: .relaxed)
        #expect(identities.cachedStanding(of: "ann") == nil)
        #expect(try await identities.standing(of: "ann") != standings.first && auth.count == 2)
    }

    @Test("who is unknown is asked for again after ten seconds, as an import may have brought them over")
    func unknown() async throws {
        let auth = Auth()
        let identities = auth.identities()
        #expect(try await identities.standing(of: "bob") == .unknown)
        auth.known.withLock { _ = $0.insert("bob") }
        auth.now.add(9, ordering: .relaxed)
        #expect(try await identities.standing(of: "bob") == .unknown && auth.count == 1)
        auth.now.add(1, ordering: .relaxed)
        #expect(try await identities.standing(of: "bob") != .unknown && auth.count == 2)
    }

    @Test("what could not be found out is not kept, and no more than 32 are asked for at a time")
    func away() async throws {
        let auth = Auth()
        let identities = auth.identities()
        auth.isAway.store(true, ordering: .relaxed)
        await #expect(throws: AuthenticationError.self) { try await identities.standing(of: "ann") }
        auth.isAway.store(false, ordering: .relaxed)
        #expect(try await identities.standing(of: "ann") == .unknown)
        auth.answers.store(false, ordering: .relaxed)
        let before = auth.count
        let refusals = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<40 {
                group.addTask { (try? await identities.standing(of: "user-\(number)")) == nil }
            }
            while auth.count < before + 32 { await Task.yield() }
            // Those that find no place are refused at once.
            var refusals = 0
            for await isRefused in group where isRefused {
                refusals += 1
                if refusals == 8 { auth.answers.store(true, ordering: .relaxed) }
            }
            return refusals
        }
        #expect(refusals == 8 && auth.count == before + 32)
    }

    @Test("a token that is forgotten is asked for anew, unless another one has come since")
    func forgotten() async throws {
        let auth = Auth()
        auth.known.withLock { _ = $0.insert("ann") }
        let identities = auth.identities()
        let first = try await identities.standing(of: "ann")
        identities.forget(first, of: "ann")
        let second = try await identities.standing(of: "ann")
        identities.forget(first, of: "ann")
        #expect(first != second && identities.cachedStanding(of: "ann") == second && auth.count == 2)
        #expect(try await identities.counterpart(of: 7) == .none)
        #expect(identities.cachedCounterpart(of: 7) == LegacyIdentities.Counterpart.none && auth.count == 3)
    }
}
