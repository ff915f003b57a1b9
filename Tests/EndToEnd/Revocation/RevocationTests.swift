import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

/// After a logout's 204 no instance lets the token in for longer than a second, whatever breaks: asked at three gateways
/// and, directly, at both instances of both services.
@Suite("A revoked token", .serialized)
struct RevocationTests {
    private static let cluster = Task { try await ClusterUnderTest.start(["--gateways", "3"]) }
    private static let isLong = ProcessInfo.processInfo.environment["CRYPTODESK_SLOW_TESTS"] != nil

    /// Signs in at once, so that a broken Redis later does not matter: logins need it.
    private func tokens(_ count: Int, _ cluster: ClusterUnderTest) async throws -> [String] {
        var tokens: [String] = []
        while tokens.count < count {
            // What an Auth instance admits of one user while it counts alone, as right after an outage of Redis.
            let user = try await TestUser.make(cluster)
            tokens.append(user.accessToken)
            if tokens.count < count {
                let login = try await user.client.with(token: nil).login(user.email, TestUser.password)
                tokens.append(try #require(login["access_token"]?.string, "\(login.text)"))
            }
        }
        return tokens
    }

    /// Signs `token` out through an Auth instance while all doors are watched.
    private func logOut(
        _ token: String, _ cluster: ClusterUnderTest, through auth: Int = 1, least: Duration = .milliseconds(1200),
        during fault: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> Doors.Outcome {
        let doors = Doors(cluster)
        let promisedAt = Mutexed<ContinuousClock.Instant?>(nil)
        async let outcome = doors.watch(token, promisedAt: promisedAt, least: least, limit: .seconds(30))
        try await fault()
        let answer = try await APIClient(cluster.authURL(auth), token: token).send(.POST, "/api/v1/auth/logout")
        promisedAt.value = .now
        #expect(answer.status == 204, "\(answer.text)")
        return await outcome
    }

    private func check(_ scenario: String, _ outcomes: [Doors.Outcome]) {
        var times = AcceptanceTimes()
        for outcome in outcomes {
            times.add(outcome)
            #expect(outcome.wrong.isEmpty, "\(outcome.wrong.prefix(3))")
            #expect(outcome.refusing == 7, "\(scenario): \(outcome.refusing) of 7 doors refuse in the end")
        }
        print(times.line(scenario))
        #expect(times.maximum <= 1000, "\(scenario)")
    }

    /// All doors let a fresh user in, and the proof is back everywhere.
    private func settle(_ cluster: ClusterUnderTest) async throws {
        #expect(try await cluster.waitUntilReady())
        #expect(try await cluster.waitUntilServing())
        let token = try await tokens(1, cluster)[0]
        for url in Doors(cluster).urls {
            #expect(try await eventually { await Doors.knock(url, token) == 200 }, "\(url)")
        }
    }

    private func repeated(
        _ scenario: String, _ count: Int, _ body: (ClusterUnderTest, [String]) async throws -> [Doors.Outcome]
    ) async throws {
        let cluster = try await Self.cluster.value
        try await settle(cluster)
        check(scenario, try await body(cluster, try await tokens(Self.isLong ? count * 4 : count, cluster)))
        try await settle(cluster)
    }

    @Test("Redis healthy")
    func healthy() async throws {
        try await repeated("Redis healthy", 20) { cluster, tokens in
            var outcomes: [Doors.Outcome] = []
            for (index, token) in tokens.enumerated() {
                outcomes.append(
                    try await logOut(token, cluster, through: index % 2 + 1, least: .milliseconds(300)))
            }
            return outcomes
        }
    }

    @Test("Redis paused, and back")
    func paused() async throws {
        try await repeated("Redis paused", 8) { cluster, tokens in
            #expect(try await cluster.desk("pause", "redis").status == 0)
            var outcomes: [Doors.Outcome] = []
            // The first comes while everybody believes in Redis, the others while it is known to be gone.
            for (index, token) in tokens.dropLast().enumerated() {
                outcomes.append(try await logOut(token, cluster, through: index % 2 + 1))
            }
            // It comes back with what was sent to it before, and with what was revoked without it.
            let last = try await withThrowingTaskGroup(of: Doors.Outcome.self) { tasks in
                tasks.addTask { try await self.logOut(tokens[tokens.count - 1], cluster, least: .seconds(2)) }
                tasks.addTask {
                    try await Task.sleep(for: .milliseconds(700))
                    _ = try await cluster.desk("resume", "redis")
                    return Doors.Outcome()
                }
                return try await tasks.reduce(into: Doors.Outcome()) { if $1.refusing > 0 { $0 = $1 } }
            }
            return outcomes + [last]
        }
    }

    @Test("Redis killed at the moment of the logout")
    func killed() async throws {
        try await repeated("Redis killed", 5) { cluster, tokens in
            var outcomes: [Doors.Outcome] = []
            for (index, token) in tokens.enumerated() {
                outcomes.append(
                    try await logOut(token, cluster, through: index % 2 + 1) {
                        _ = try await cluster.desk("kill", "redis")
                    })
                #expect(try await cluster.waitUntilReady())
            }
            return outcomes
        }
    }

    @Test("Redis restarted with nothing in it")
    func restartedEmpty() async throws {
        try await repeated("Redis restarted empty", 4) { cluster, tokens in
            var outcomes: [Doors.Outcome] = []
            for (index, token) in tokens.enumerated() {
                outcomes.append(
                    try await logOut(token, cluster, through: index % 2 + 1, least: .seconds(2)) {
                        // Its files are gone when it starts again.
                        for file in try FileManager.default.subpathsOfDirectory(atPath: cluster.folder + "/redis") {
                            try? FileManager.default.removeItem(atPath: cluster.folder + "/redis/" + file)
                        }
                        _ = try await cluster.desk("kill", "redis")
                    })
                #expect(try await cluster.waitUntilReady())
            }
            return outcomes
        }
    }

    @Test("FLUSHALL right after the logout")
    func flushed() async throws {
        try await repeated("FLUSHALL", 8) { cluster, tokens in
            var outcomes: [Doors.Outcome] = []
            let redis = RedisShell(cluster)
            for (index, token) in tokens.enumerated() {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    // Again and again, so that one hits the moment between the 204 and the polls.
                    tasks.addTask {
                        while !Task.isCancelled {
                            try await redis.run("FLUSHALL")
                            try? await Task.sleep(for: .milliseconds(150))
                        }
                    }
                    outcomes.append(try await logOut(token, cluster, through: index % 2 + 1, least: .seconds(1)))
                    tasks.cancelAll()
                }
            }
            return outcomes
        }
    }

    @Test("a gateway suspended for five seconds, and continued")
    func suspendedGateway() async throws {
        try await repeated("a gateway suspended for 5 s", 2) { cluster, tokens in
            var outcomes: [Doors.Outcome] = []
            for token in tokens {
                #expect(try await cluster.desk("pause", "gateway-3").status == 0)
                outcomes.append(
                    try await withThrowingTaskGroup(of: Doors.Outcome.self) { tasks in
                        tasks.addTask { try await self.logOut(token, cluster, least: .seconds(7)) }
                        tasks.addTask {
                            try await Task.sleep(for: .seconds(5))
                            _ = try await cluster.desk("resume", "gateway-3")
                            return Doors.Outcome()
                        }
                        return try await tasks.reduce(into: Doors.Outcome()) { if $1.refusing > 0 { $0 = $1 } }
                    })
            }
            return outcomes
        }
    }

    /// Redis hangs while Auth publishes, Auth dies, and Redis goes on: the other Auth publishes what is in PostgreSQL.
    @Test("Auth killed between its COMMIT and its publishing")
    func killedAuth() async throws {
        let cluster = try await Self.cluster.value
        try await settle(cluster)
        var times = AcceptanceTimes()
        let database = try await DatabaseShell(cluster)
        for token in try await tokens(Self.isLong ? 6 : 2, cluster) {
            // Signals of our own: a second after its COMMIT, Auth would have made its promise.
            let processes = try await cluster.processes()
            let redis = try #require(processes.first { $0.name == "redis" }?.id)
            let auth = try #require(processes.first { $0.name == "auth-1" }?.id)
            #expect(kill(redis, SIGSTOP) == 0)
            let before = try await database.integer("SELECT last FROM revocation_counter")
            let logout = Task {
                try? await APIClient(cluster.authURL(1), token: token).send(.POST, "/api/v1/auth/logout").status
            }
            let isCommitted = try await eventually {
                try await database.integer("SELECT last FROM revocation_counter") == before + 1
            }
            #expect(isCommitted)
            #expect(kill(auth, SIGKILL) == 0)
            #expect(kill(redis, SIGCONT) == 0)
            // No promise was made; from here on the other Auth has a second as well.
            let promisedAt = Mutexed<ContinuousClock.Instant?>(.now)
            let outcome = await Doors(cluster).watch(
                token, promisedAt: promisedAt, least: .milliseconds(1200), limit: .seconds(30))
            times.add(outcome)
            #expect(outcome.wrong.isEmpty, "\(outcome.wrong.prefix(3))")
            #expect(outcome.refusing == 7)
            let status = await logout.value
            #expect(status != 204)
            try await settle(cluster)
        }
        print(times.line("Auth killed between COMMIT and publishing"))
        #expect(times.maximum <= 1000)
    }
}
