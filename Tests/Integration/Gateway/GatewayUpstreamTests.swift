import Gateway
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@Suite("Gateway, instances that come, go and fail under load")
struct GatewayUpstreamTests {
    private func run(
        _ options: GatewayUnderTest.Options = .init(),
        _ body: @Sendable (GatewayUnderTest, UpstreamUnderTest) async throws -> Void
    ) async throws {
        let upstream = try await UpstreamUnderTest()
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { try await body($0, upstream) }
        await upstream.stop()
    }

    /// Two instances under constant reads: `fault` happens to the first. No read may fail.
    private func underLoad(
        _ fault: @Sendable (UpstreamUnderTest) async -> Void,
        until isOver: @Sendable (GatewayUnderTest, UpstreamMember) throws -> Bool
    ) async throws {
        var options = GatewayUnderTest.Options()
        options.isHealthChecked = true
        options.eventLoops = 2
        options.timeouts.answerHead = .seconds(20)
        let (first, second) = (try await UpstreamUnderTest.onPortOfItsOwn(), try await UpstreamUnderTest())
        try await GatewayUnderTest.run(options, upstreams: [first.port, second.port]) { gateway in
            let group = try gateway.upstream(.strategies)
            #expect(try await eventually { group.healthy == .first(2) })
            let load = ConstantReads(gateway)
            try await load.run(readers: 8) {
                try await expectEventually { load.answered > 200 && !first.realRequests.isEmpty }
                await fault(first)
                try await expectEventually { try isOver(gateway, group.members[0]) }
                let answered = load.answered
                try await expectEventually { load.answered > answered + 200 }
            }
            #expect(load.failures.isEmpty)
        }
        await first.stop()
        await second.stop()
    }

    @Test("an instance that is killed under load costs no read")
    func killed() async throws {
        try await underLoad {
            await $0.stop()
        } until: { gateway, member in
            try !gateway.upstream(.strategies).healthy.contains(member.slot)
        }
    }

    @Test("an instance that is paused under load costs no read")
    func paused() async throws {
        try await underLoad {
            $0.fallSilent()
        } until: { gateway, member in
            let group = try gateway.upstream(.strategies)
            return !group.healthy.contains(member.slot) || group.ejected.contains(member.slot)
        }
    }

    @Test("an instance that becomes slow under load, though not in its health checks, is ejected and costs no read")
    func slowed() async throws {
        try await underLoad {
            $0.slowDown(to: 3_000)
        } until: { gateway, member in
            try gateway.upstream(.strategies).ejected.contains(member.slot)
        }
    }

    @Test("a POST whose instance dies in the middle arrived once, and is answered with 502")
    func cutOffInTheMiddle() async throws {
        try await run { gateway, upstream in
            #expect(try await gateway.ask(GatewayUnderTest.request()).status == 200)  // a connection to be reused
            let client = try await gateway.client()
            try await client.send(
                GatewayUnderTest.request("POST", more: ["Content-Length: 100"]) + String(repeating: "x", count: 50))
            #expect(try await eventually { upstream.requests.last?.bodyBytes == 50 })
            await upstream.resetConnections()
            // The rest of a short body is read before the answer, so that the client's connection is of use afterwards.
            try await client.send(String(repeating: "x", count: 50))
            let answer = try await client.receiveAnswer()
            #expect(answer.status == 502 && answer.body.contains("\"code\":\"upstream_failed\""))
            #expect(upstream.requests.count { $0.method == .POST } == 1)
            await client.close()
        }
    }

    @Test("without a budget nothing that was sent is sent again")
    func noBudget() async throws {
        var options = GatewayUnderTest.Options()
        options.upstream.retries.share = 0
        options.upstream.retries.reserve = 0
        try await run(options) { gateway, upstream in
            let answer = try await gateway.ask(GatewayUnderTest.request(behave: "close"))
            #expect(answer.status == 502)
            #expect(upstream.requests.count == 1)
        }
    }

    @Test("a service that answers nothing is left alone for a moment, and used again once it answers")
    func circuit() async throws {
        var options = GatewayUnderTest.Options()
        options.upstream.circuit.failures = 3
        options.upstream.circuit.pause = .milliseconds(300)
        try await run(options) { gateway, upstream in
            for _ in 0..<3 {
                #expect(try await gateway.ask(GatewayUnderTest.request("POST", behave: "garbage")).status == 502)
            }
            let before = upstream.requests.count
            let refused = try await gateway.ask(GatewayUnderTest.request("POST", behave: "garbage"))
            // On a slow machine the pause may be over already.
            if upstream.requests.count == before {
                #expect(refused.status == 503 && refused.field("Retry-After") == "1")
                #expect(refused.body.contains("\"code\":\"upstream_unavailable\""))
            }
            #expect(try await eventually { try await gateway.ask(GatewayUnderTest.request()).status == 200 })
            #expect(try await gateway.ask(GatewayUnderTest.request("POST")).status == 200)
        }
    }

    // MARK: Deadlines

    @Test("a request that uses its time up is answered with 504 and given up, and the service knew how long it had")
    func deadline() async throws {
        var options = GatewayUnderTest.Options()
        options.timeouts.request = .milliseconds(700)
        try await run(options) { gateway, upstream in
            let late = try await gateway.ask(
                GatewayUnderTest.request(behave: "hang", more: ["X-Envoy-Expected-Rq-Timeout-Ms: 5"]))
            #expect(late.status == 504 && late.body.contains("\"code\":\"upstream_timeout\""))
            #expect(try await eventually { upstream.requests.last?.wasAbandoned == true })
            #expect(upstream.requests.count == 1)
            let told = upstream.requests.first?.fields["X-Envoy-Expected-Rq-Timeout-Ms"] ?? []
            #expect(told.count == 1)
            #expect((1...800).contains(told.first.flatMap { Int($0) } ?? 0))
        }
    }

    // MARK: Overload

    private func narrow(concurrency: Int, waiting: Int) -> GatewayUnderTest.Options {
        var options = GatewayUnderTest.Options()
        options.upstream.admission.concurrency = concurrency
        options.upstream.admission.waiting = waiting
        options.upstream.admission.wait = .seconds(60)
        options.timeouts.connect = .seconds(60)
        return options
    }

    @Test("a service gets as many requests as it takes, some wait, and the others are refused at once")
    func overload() async throws {
        try await run(narrow(concurrency: 2, waiting: 3)) { gateway, upstream in
            upstream.hold()
            let load = ConstantReads(gateway)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<12 { tasks.addTask { await load.read() } }
                #expect(try await eventually { load.failures.count == 7 && upstream.requests.count == 2 })
                #expect(load.failures.allSatisfy { $0.status == 503 && $0.field("Retry-After") == "1" })
                #expect(load.failures.allSatisfy { $0.body.contains("\"code\":\"overloaded\"") })
                #expect(load.answered == 0)
                upstream.letGo()
                try await tasks.waitForAll()
            }
            #expect(load.answered == 5 && load.failures.count == 7)
            #expect(upstream.requests.count == 5)
            #expect(try await gateway.ask(GatewayUnderTest.request()).status == 200)
        }
    }

    @Test("a logout takes the place of another request that waits")
    func logoutFirst() async throws {
        try await run(narrow(concurrency: 1, waiting: 1)) { gateway, upstream in
            upstream.hold()
            func me() async throws -> RawAnswer {
                try await gateway.ask(GatewayUnderTest.request("GET", "/api/v1/auth/me"))
            }
            async let first = me()
            try await expectEventually { upstream.requests.count == 1 }
            let group = try gateway.upstream(.auth)
            async let second = me()
            try await expectEventually { group.snapshot.pool.waiting == 1 }
            async let logout = gateway.ask(GatewayUnderTest.request("POST", "/api/v1/auth/logout"))
            let displaced = try await second.status
            #expect(displaced == 503)
            upstream.letGo()
            let statuses = [try await first.status, try await logout.status]
            #expect(statuses == [200, 200])
            #expect(upstream.requests.map(\.uri) == ["/api/v1/auth/me", "/api/v1/auth/logout"])
        }
    }

    @Test("a client that leaves while it waits gives its place up")
    func leavingQueue() async throws {
        try await run(narrow(concurrency: 1, waiting: 1)) { gateway, upstream in
            upstream.hold()
            async let first = gateway.ask(GatewayUnderTest.request())
            #expect(try await eventually { upstream.requests.count == 1 })
            let group = try gateway.upstream(.strategies)
            let waiting = try await gateway.client()
            try await waiting.send(GatewayUnderTest.request("GET", "/api/v1/strategies/2"))
            #expect(try await eventually { group.snapshot.pool.waiting == 1 })
            try await waiting.reset()
            #expect(try await eventually { group.snapshot.pool.waiting == 0 })
            upstream.letGo()
            #expect(try await first.status == 200)
            #expect(try await gateway.ask(GatewayUnderTest.request()).status == 200)
            #expect(upstream.requests.allSatisfy { $0.uri == "/api/v1/strategies" })
        }
    }

    // MARK: Lists

    @Test("another list of endpoints is used at once, and what is under way on the old ones is finished")
    func otherList() async throws {
        let (old, new) = (try await UpstreamUnderTest(), try await UpstreamUnderTest())
        try await GatewayUnderTest.run(upstreams: [old.port]) { gateway in
            let group = try gateway.upstream(.strategies)
            let before = try await gateway.ask(GatewayUnderTest.request()).status
            #expect(before == 200)
            old.hold()
            async let underWay = gateway.ask(GatewayUnderTest.request("GET", "/api/v1/strategies/1"))
            try await expectEventually { old.requests.count == 2 }
            group.configure([UpstreamEndpoint(host: "127.0.0.1", port: new.port)])
            for _ in 0..<3 {
                let status = try await gateway.ask(GatewayUnderTest.request()).status
                #expect(status == 200)
            }
            #expect(new.requests.count == 3)
            old.letGo()
            let finished = try await underWay.status
            #expect(finished == 200)
            #expect(old.requests.count == 2)
            // The old connections are closed once they are idle.
            try await expectEventually { group.snapshot.pool.connections == 1 }
        }
        await old.stop()
        await new.stop()
    }

    @Test("a name is looked up again and again, and its addresses are the instances")
    func names() async throws {
        let upstream = try await UpstreamUnderTest()
        let known = Mutex([String]())
        let group = UpstreamGroup(
            name: .strategies, endpoints: [UpstreamEndpoint(host: "strategies.example", port: upstream.port)])
        let resolver = UpstreamResolver(
            upstreams: [group], interval: .milliseconds(20),
            lookup: { name in name == "strategies.example" ? known.withLock { $0 } : [] },
            logger: GatewayUnderTest.silentLogger)
        try await withRunning(resolver) {
            for addresses in [["127.0.0.1"], ["127.0.0.1", "127.0.0.2"], ["127.0.0.2"]] {
                known.withLock { $0 = addresses }
                try await expectEventually { group.members.map(\.endpoint.address?.ipAddress) == addresses }
            }
            known.withLock { $0 = [] }  // the name service is away
        }
        #expect(group.members.map(\.endpoint.address?.ipAddress) == ["127.0.0.2"])
        await upstream.stop()
    }

    @Test("the system's lookup finds this machine")
    func systemLookup() async throws {
        let group = UpstreamGroup(name: .auth, endpoints: [UpstreamEndpoint(host: "localhost", port: 1)])
        let resolver = UpstreamResolver(
            upstreams: [group], interval: .seconds(60), logger: GatewayUnderTest.silentLogger)
        try await withRunning(resolver) {
            try await expectEventually { group.members.first?.endpoint.address != nil }
        }
        #expect(["127.0.0.1", "::1"].contains(group.members.first?.endpoint.address?.ipAddress))
    }
}

private func expectEventually(
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let holds = try await eventually(condition)
    #expect(holds, sourceLocation: sourceLocation)
}

/// Clients that read one list after the other, each on a connection of its own, and what they were answered.
private final class ConstantReads: Sendable {
    private let gateway: GatewayUnderTest
    private let record = Mutex((answered: 0, failures: [RawAnswer]()))
    private let isOver = Atomic(false)

    init(_ gateway: GatewayUnderTest) { self.gateway = gateway }

    var answered: Int { record.withLock { $0.answered } }
    /// Anything but 200, and no answer at all.
    var failures: [RawAnswer] { record.withLock { $0.failures } }

    func read() async {
        let answer = try? await gateway.ask(GatewayUnderTest.request())
        record.withLock {
            if answer?.status == 200 { $0.answered += 1 } else { $0.failures.append(answer ?? RawAnswer("")) }
        }
    }

    /// Keeps the reads up while `body` runs; each read is finished.
    func run(readers: Int, while body: @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<readers {
                tasks.addTask { while !self.isOver.load(ordering: .relaxed) { await self.read() } }
            }
            defer { isOver.store(true, ordering: .relaxed) }
            try await body()
        }
    }
}
