import Gateway
import NIOHTTP1
import PrometheusMetrics
import TestSupport
import Testing

@Suite("Gateway, reads that are compared with a candidate")
struct ShadowTests {
    private static let shadow = "      shadow: {sample: 100%, in_flight: 4, timeout: 300ms, max_body: 64KB}\n"
    private static let otherStatus = "      mapping: {status: {200: 203}}\n"

    private static func read(_ behave: String = "") -> String {
        GatewayUnderTest.request("GET", "/tasks?limit=2", behave: behave, more: ["Cookie: a=b"])
    }

    private static func count(_ result: String, _ test: MigrationUnderTest) throws -> Int {
        let page = try PrometheusPage(PrometheusText.render(test.gateway.evidence.families))
        let labels = ["route": MigrationUnderTest.route, "result": result]
        return page.value("cryptodesk_gateway_shadow_requests_total", labels).map { Int($0) } ?? 0
    }

    @Test("the candidate is asked what the monolith has answered, with the same fields, and nothing else")
    func asked() async throws {
        try await MigrationUnderTest.run(Self.shadow) { test throws in
            await test.adopt(.legacy)
            #expect(try await test.gateway.ask(Self.read()).status == 200)
            await test.adopt(.shadow)
            #expect(try await test.gateway.ask(Self.read()).status == 200)
            let write = GatewayUnderTest.request("POST", "/tasks", body: "{}")
            #expect(try await test.gateway.ask(write).status == 200)
            #expect(try await eventually { try Self.count("matched", test) == 1 })
            let asked = try #require(test.candidate.realRequests.first)
            #expect(test.candidate.realRequests.count == 1 && asked.uri == "/tasks?limit=2" && asked.method == .GET)
            #expect(asked.fields["Authorization"] == ["Bearer \(GatewayUnderTest.token)"])
            #expect(asked.fields["CryptoDesk-Shadow"] == ["1"] && asked.fields["Cookie"] == ["a=b"])
        }
    }

    @Test("a difference is counted at its place, and a sample is kept without the query")
    func mismatch() async throws {
        try await MigrationUnderTest.run(Self.shadow + Self.otherStatus) { test throws in
            await test.adopt(.shadow) { $0.since = 3 }
            #expect(try await test.gateway.ask(Self.read()).status == 200)
            #expect(try await eventually { try Self.count("mismatched", test) == 1 })
            let (counts, samples) = test.gateway.evidence.take(MigrationUnderTest.route, since: 3)
            #expect(counts.differences == ["value status": 1] && counts.compared == 1 && counts.mismatched == 1)
            #expect(counts.answers[.candidate] == 1 && counts.answers[.legacy] == 1)
            #expect(samples.count == 1 && samples[0].contains(#""path":"/tasks","#) && !samples[0].contains("limit"))
        }
    }

    @Test("what the monolith itself answers differently twice is noise")
    func noise() async throws {
        try await MigrationUnderTest.run(Self.shadow) { test throws in
            await test.adopt(.shadow)
            for _ in 0..<3 { #expect(try await test.gateway.ask(Self.read("number")).status == 200) }
            #expect(try await eventually { try Self.count("noisy", test) == 3 })
            let counts = test.gateway.evidence.take(MigrationUnderTest.route, since: 0).counts
            #expect(counts.mismatched == 0 && counts.noisy == 3)
        }
    }

    @Test("a candidate that is silent, that breaks off or that is not there changes no answer", arguments: [0, 1, 2])
    func failing(way: Int) async throws {
        try await MigrationUnderTest.run(Self.shadow) { test throws in
            switch way {
            case 0: test.candidate.fallSilent()
            case 1: await test.candidate.stop()
            default: test.candidate.slowDown(to: 5000)
            }
            await test.adopt(.shadow)
            for _ in 0..<3 {
                let answer = try await test.gateway.ask(Self.read())
                #expect(answer.status == 200 && answer.body == "hello")
            }
            #expect(try await eventually { try Self.count("failed", test) == 3 })
            let counts = test.gateway.evidence.take(MigrationUnderTest.route, since: 0).counts
            #expect(counts.errors == [.candidate: 3] && counts.compared == 0)
        }
    }

    @Test("what finds no place is dropped, while clients get their answers")
    func dropped() async throws {
        try await MigrationUnderTest.run(Self.shadow.replacing("300ms", with: "60s"), eventLoops: 1) { test throws in
            test.candidate.hold()
            await test.adopt(.shadow)
            for _ in 0..<10 { #expect(try await test.gateway.ask(Self.read()).status == 200) }
            #expect(try await eventually { test.candidate.realRequests.count == 4 })
            #expect(try Self.count("dropped", test) == 6)
            test.candidate.letGo()
            #expect(try await eventually { try Self.count("matched", test) == 4 })
        }
    }

    @Test("an answer that is too large is passed on whole, and not compared")
    func large() async throws {
        try await MigrationUnderTest.run(Self.shadow) { test throws in
            await test.adopt(.shadow)
            let answer = try await test.gateway.ask(Self.read("stream 200000"))
            #expect(answer.status == 200 && answer.body.utf8.count == 200_000)
            #expect(try await eventually { try Self.count("dropped", test) == 1 })
            #expect(test.candidate.realRequests.isEmpty)
        }
    }

    @Test("in a canary clients' own requests tell how both sides answer, and errors are the side's")
    func canary() async throws {
        let lines = Self.shadow + "      first_users: [1]\n"
        try await MigrationUnderTest.run(lines) { test throws in
            await test.adopt(.canary(percent: 1)) { $0.since = 5 }
            for behave in ["", "", "garbage"] { _ = try await test.gateway.ask(Self.read(behave)) }
            let counts = test.gateway.evidence.take(MigrationUnderTest.route, since: 5).counts
            #expect(counts.answers == [.candidate: 3] && counts.errors == [.candidate: 1])
            #expect(test.monolith.realRequests.isEmpty)
        }
    }
}
