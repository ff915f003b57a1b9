import Auth
import Testing

@Suite("Hashing passwords")
struct PasswordHasherTests {
    /// A running hasher at the lowest cost, after its own first measurement.
    private func withHasher<R: Sendable>(
        cost: Int = 4, threads: Int = 2, _ body: @Sendable @escaping (PasswordHasher) async throws -> R
    ) async throws -> R {
        let hasher = PasswordHasher(cost: cost, threads: threads)
        let service = Task { try await hasher.run() }
        while hasher.hashCount == 0 { await Task.yield() }
        let result = try await body(hasher)
        service.cancel()
        _ = try? await service.value
        return result
    }

    @Test("a password is recognised, another one is not")
    func verify() async throws {
        try await withHasher { hasher in
            let hash = try await hasher.hash("Passw0rd")
            #expect(hash.hasPrefix("$2b$04$"))
            let (right, wrong) = (
                try await hasher.verify("Passw0rd", against: hash), try await hasher.verify("passw0rd", against: hash)
            )
            #expect(right && !wrong)
            let other = try await hasher.hash("Passw0rd")
            #expect(other != hash)
        }
    }

    @Test("every path computes exactly one hash")
    func oneHash() async throws {
        try await withHasher { hasher in
            let hash = try await hasher.hash("Passw0rd")
            let long = String(repeating: "x", count: 200)
            let paths: [(String, String?, Bool)] = [
                ("Passw0rd", hash, true), ("wrong", hash, false), ("Passw0rd", nil, false), ("Passw0rd", "", false),
                ("Passw0rd", "$2b$99$broken", false), ("Passw0rd\0", hash, false), (long, hash, false),
                ("", hash, false), ("Passw0rd", String(hash.prefix(29)), false),
            ]
            for (password, stored, isRight) in paths {
                let before = hasher.hashCount
                let verdict = try await hasher.verify(password, against: stored)
                #expect(verdict == isRight)
                #expect(hasher.hashCount == before + 1)
            }
        }
    }

    @Test("nobody's decoy opens: not even its own empty password")
    func decoy() async throws {
        try await withHasher { hasher in
            for password in ["", ".", "Passw0rd"] {
                let verdict = try await hasher.verify(password, against: nil)
                #expect(!verdict)
            }
        }
    }

    @Test("more than the queue holds is refused with a time, and all others get their hash")
    func overload() async throws {
        try await withHasher(cost: 9, threads: 1) { hasher in
            let outcomes = await withTaskGroup(of: PasswordHashingError?.self) { group in
                for _ in 0..<500 {
                    group.addTask {
                        do throws(PasswordHashingError) {
                            _ = try await hasher.hash("Passw0rd")
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let refused = outcomes.filter {
                if case .overloaded(let seconds) = $0 { seconds >= 1 } else { false }
            }
            #expect(!refused.isEmpty)
            #expect(refused.count + outcomes.count { $0 == nil } == 500)
            #expect(hasher.hashCount == 1 + outcomes.count { $0 == nil })
        }
    }

    @Test("who goes away takes the job along: it is not computed, and its place is free")
    func cancellation() async throws {
        try await withHasher(cost: 10, threads: 1) { hasher in
            let first = Task { try? await hasher.hash("Passw0rd") }
            let waiting = (0..<3).map { _ in Task { try? await hasher.hash("Passw0rd") } }
            while hasher.waitingCount < 3 { await Task.yield() }
            for task in waiting { task.cancel() }
            for task in waiting { #expect(await task.value == nil) }
            #expect(hasher.waitingCount <= 1)
            #expect(await first.value != nil)
            #expect(hasher.hashCount <= 3)
        }
    }

    @Test("a stopped hasher computes nothing more")
    func stopped() async throws {
        let hasher = try await withHasher { $0 }
        await #expect(throws: PasswordHashingError.unavailable) { try await hasher.hash("Passw0rd") }
    }
}
