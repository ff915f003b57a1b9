import Auth
import Logging
import NIOHTTP1
import NIOPosix
import Redis
import TestSupport
import Testing

@Suite("Auth: the login limit")
struct LoginLimitTests {
    @Test("five of many at once pass, over two instances; another account or address has its own five")
    func exact() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            _ = try await auth.register("alice@example.com")
            let answers = try await withThrowingTaskGroup(of: AuthUnderTest.Answer.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        let email = index.isMultiple(of: 3) ? "ALICE@example.com" : "alice@example.com"
                        return try await auth.login(email, password: "Wr0ngPassword", instance: index % 2)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.status == 401 } == 5)
            let refused = answers.filter { $0.status == 429 }
            #expect(refused.count == 15)
            for answer in refused {
                #expect(answer["code"] == "rate_limited")
                let retryAfter = answer.headers.first(name: "Retry-After").flatMap { Int($0) } ?? 0
                #expect((1...60).contains(retryAfter))
                #expect(answer.headers.first(name: "RateLimit-Policy") == "\"login\";q=5;w=60")
            }
            #expect(try await auth.login("alice@example.com").status == 429)
            #expect(try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress()).status == 200)
            #expect(try await auth.login("bob@example.com").status == 401)
        }
    }

    @Test("the attempts of one IPv6 network count together")
    func network() async throws {
        let limiter = try self.limiter(limit: 2)
        let account = "account \(UInt64.random(in: 0...UInt64.max))"
        let first = try await limiter.reserve(account: account, address: "2001:db8:1:2::1")
        let second = try await limiter.reserve(account: account, address: "2001:db8:1:2:ffff::9")
        let third = try await limiter.reserve(account: account, address: "2001:db8:1:2::3")
        let other = try await limiter.reserve(account: account, address: "2001:db8:1:3::1")
        #expect([first.isAllowed, second.isAllowed, third.isAllowed, other.isAllowed] == [true, true, false, true])
        #expect([first.remaining, second.remaining, third.remaining] == [1, 0, 0])
    }

    @Test("an attempt that is taken back is free again, and one only")
    func release() async throws {
        let limiters = [try limiter(limit: 5), try limiter(limit: 5)]
        let account = "account \(UInt64.random(in: 0...UInt64.max))"
        @Sendable func reserve(_ index: Int) async throws -> LoginAllowance {
            try await limiters[index % 2].reserve(account: account, address: "198.51.100.8")
        }
        for index in 0..<3 { #expect(try await reserve(index).isAllowed) }
        // Of many at once that are taken back as soon as they pass, none takes an attempt of the others with it.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask {
                    let allowance = try await reserve(index)
                    if allowance.isAllowed { try await limiters[(index + 1) % 2].release(allowance) }
                }
            }
            try await group.waitForAll()
        }
        let passed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<20 { group.addTask { try await reserve(index).isAllowed } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(passed == 2)
    }

    @Test("a login that the full queue refuses is no attempt; those that are answered are five at most")
    func refusedByQueue() async throws {
        let settings = ["BCRYPT_COST": "12", "BCRYPT_THREADS": "1"]
        try await AuthUnderTest.with(settings: settings) { auth in
            // Others fill the queue, from addresses of their own.
            let answers = try await withThrowingTaskGroup(of: Int?.self) { group in
                for index in 0..<30 {
                    group.addTask {
                        let other = AuthUnderTest.makeAddress()
                        _ = try await auth.login("n\(index)@example.com", password: "Wr0ngPassword", from: other)
                        return nil
                    }
                    group.addTask { try await auth.login("alice@example.com", password: "Wr0ngPassword").status }
                }
                return try await group.reduce(into: []) { $0.append($1) }.compactMap { $0 }
            }
            #expect(answers.allSatisfy { [401, 429, 503].contains($0) })
            var looked = answers.count { $0 == 401 }
            #expect(looked <= 5)
            // What the queue refused is left over.
            while looked < 5 {
                let status = try await auth.login("alice@example.com", password: "Wr0ngPassword").status
                #expect(status == 401 || status == 503)
                guard status == 401 || status == 503 else { break }
                if status == 401 { looked += 1 }
            }
            #expect(try await auth.login("alice@example.com", password: "Wr0ngPassword").status == 429)
        }
    }

    @Test("in no window of the limit's length do more pass than it says", .timeLimit(.minutes(1)))
    func sliding() async throws {
        let limiters = [try limiter(limit: 3, window: 1), try limiter(limit: 3, window: 1)]
        let account = "account \(UInt64.random(in: 0...UInt64.max))"
        let clock = ContinuousClock()
        // Of an attempt that passed: when it was asked for, and when its answer had come.
        var passed: [(asked: ContinuousClock.Instant, answered: ContinuousClock.Instant)] = []
        while passed.count < 12 {
            for limiter in limiters {
                let asked = clock.now
                if try await limiter.reserve(account: account, address: "198.51.100.7").isAllowed {
                    passed.append((asked, clock.now))
                }
            }
            try await Task.sleep(for: .milliseconds(7))
        }
        for (first, fourth) in zip(passed, passed.dropFirst(3)) {
            #expect(first.asked.duration(to: fourth.answered) > .seconds(1))
        }
    }

    @Test("without Redis each instance lets its share through, of any number at once, and all no more than the limit")
    func withoutRedis() async throws {
        let limiters = [try limiterWithoutRedis(instances: 2), try limiterWithoutRedis(instances: 2)]
        let allowances = try await withThrowingTaskGroup(of: LoginAllowance.self) { group in
            for index in 0..<100 {
                group.addTask {
                    try await limiters[index % 2].reserve(account: "alice@example.com", address: "198.51.100.1")
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let allowed = allowances.filter(\.isAllowed)
        #expect(allowed.count == 4)
        for allowance in allowances {
            #expect(allowance.limit == 2 && (1...60).contains(allowance.resetAfter))
        }
        // Another address has its own, and one that is taken back is free again.
        #expect(try await limiters[0].reserve(account: "alice@example.com", address: "198.51.100.2").isAllowed)
        for allowance in allowed { for limiter in limiters { try? await limiter.release(allowance) } }
        #expect(try await limiters[0].reserve(account: "alice@example.com", address: "198.51.100.1").isAllowed)
    }

    @Test("what was let through while Redis was away goes on to count when it is back")
    func redisIsBack() async throws {
        let local = LocalAttempts(instances: 2)
        let account = "account \(UInt64.random(in: 0...UInt64.max))"
        let away = LoginLimiter(redis: try NoRedis.client(), local: local, limit: 5)
        let back = try self.limiter(local, limit: 5)
        #expect(try await away.reserve(account: account, address: "198.51.100.1").isAllowed)
        // The breaker asks again by itself; until then the share holds as well.
        var passed = 0
        let isBack = try await eventually {
            let allowance = try await back.reserve(account: account, address: "198.51.100.1")
            if allowance.isAllowed { passed += 1 }
            // An account that was not let through without Redis has the whole limit once Redis counts again.
            return try await back.reserve(account: "another \(UInt64.random(in: 0...UInt64.max))").limit == 5
        }
        #expect(try await !back.reserve(account: account, address: "198.51.100.1").isAllowed)
        #expect(isBack && passed == 1)
    }

    @Test("when there is no room to count an attempt, there is none")
    func full() async throws {
        let limiter = LoginLimiter(
            redis: try NoRedis.client(), local: LocalAttempts(instances: 1, capacity: 10), limit: 5)
        for index in 0..<10 { #expect(try await limiter.reserve(account: "\(index)", address: nil).isAllowed) }
        await #expect(throws: RedisError.self) { try await limiter.reserve(account: "another", address: nil) }
    }

    private func limiterWithoutRedis(instances: Int) throws -> LoginLimiter {
        LoginLimiter(redis: try NoRedis.client(), local: LocalAttempts(instances: instances), limit: 5)
    }

    private func limiter(
        _ local: LocalAttempts = LocalAttempts(instances: 1), limit: Int, window: Int = 60
    ) throws -> LoginLimiter {
        LoginLimiter(redis: try client(), local: local, limit: limit, window: window)
    }

    private func client() throws -> RedisClient {
        RedisClient(
            configuration: try RedisConfiguration(
                url: TestEnvironment.value("TEST_REDIS_URL"), password: TestEnvironment.value("TEST_REDIS_PASSWORD"),
                commandDeadline: .seconds(5)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
    }
}
