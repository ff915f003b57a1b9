import Gateway
import NIOHTTP1
import TestSupport
import Testing

@Suite("Gateway, routes that move to another service")
struct GatewayMigrationTests {
    private static let read = GatewayUnderTest.request("GET", "/tasks")
    private static let write = GatewayUnderTest.request("POST", "/tasks", body: "{}")

    @Test("reads follow the stage and writes their owner, on connections that stay open")
    func stages() async throws {
        try await MigrationUnderTest.run { test throws in
            let client = try await test.gateway.client()
            func ask(_ request: String) async throws -> [Int] {
                let before = test.counts
                try await client.send(request)
                #expect(try await client.takeAnswer().status == 200)
                return zip(test.counts, before).map { $0 - $1 }
            }
            #expect(try await ask(Self.read) == [1, 0])
            await test.adopt(.full)
            #expect(try await ask(Self.read) == [0, 1])
            #expect(try await ask(Self.write) == [1, 0])
            await test.adopt(.full) { ($0.owner, $0.epoch) = (.candidate, 2) }
            #expect(try await ask(Self.write) == [0, 1])
            await test.adopt(.legacy) { ($0.owner, $0.epoch) = (.candidate, 2) }
            #expect(try await ask(Self.read) == [1, 0])
            await client.close()
        }
    }

    @Test("a write carries the epoch of its owner, and none from outside passes")
    func epoch() async throws {
        try await MigrationUnderTest.run { test throws in
            await test.adopt(.shadow) { $0.epoch = 41 }
            let forged = GatewayUnderTest.request(
                "POST", "/tasks", more: ["CryptoDesk-Write-Epoch: 99", "CryptoDesk-Route: candidate"], body: "{}")
            #expect(try await test.gateway.ask(forged).status == 200)
            let read = GatewayUnderTest.request("GET", "/tasks", more: ["CryptoDesk-Write-Epoch: 99"])
            #expect(try await test.gateway.ask(read).status == 200)
            #expect(test.monolith.realRequests.map { $0.fields["CryptoDesk-Write-Epoch"] } == [["41"], []])
            #expect(test.monolith.realRequests.allSatisfy { $0.fields["CryptoDesk-Route"].isEmpty })
        }
    }

    @Test("a write waits while its owner changes, goes to the new one, and is counted until it is over")
    func held() async throws {
        try await MigrationUnderTest.run { test throws in
            await test.adopt(.legacy)
            test.monolith.hold()
            let early = try await test.gateway.client()
            try await early.send(Self.write)
            #expect(try await eventually { test.monolith.realRequests.count == 1 })
            #expect(test.gateway.writes.count(of: MigrationUnderTest.route) == 1)
            await test.adopt(.full) { $0.holdsWrites = true }
            let late = try await test.gateway.client()
            try await late.send(Self.write)
            // Reads go on meanwhile; and one after another on its event loop proves that the write has come.
            for _ in 0..<4 { #expect(try await test.gateway.ask(Self.read).status == 200) }
            #expect(test.monolith.realRequests.count == 1 && test.candidate.realRequests.count == 4)
            test.monolith.letGo()
            #expect(try await early.takeAnswer().status == 200)
            #expect(try await eventually { test.gateway.writes.count(of: MigrationUnderTest.route) == 0 })
            await test.adopt(.full) { ($0.owner, $0.epoch) = (.candidate, 2) }
            #expect(try await late.takeAnswer().status == 200)
            #expect(test.candidate.realRequests.last?.fields["CryptoDesk-Write-Epoch"] == ["2"])
            #expect(test.counts == [1, 5])
            await early.close()
            await late.close()
        }
    }

    @Test("a write whose owner does not become known is refused, and was sent to nobody")
    func heldForTooLong() async throws {
        try await MigrationUnderTest.run { test throws in
            await test.adopt(.full) { $0.holdsWrites = true }
            let answer = try await test.gateway.ask(Self.write)
            #expect(answer.status == 503 && answer.body.contains("writes_held"))
            #expect(answer.field("Retry-After") == "1" && test.counts == [0, 0])
        }
    }

    @Test("only a tester chooses a side, by field or by cookie")
    func testers() async throws {
        for (lines, sides) in [("      testers: [1]\n", [0, 2]), ("      testers: [2]\n", [2, 0])] {
            try await MigrationUnderTest.run(lines) { test throws in
                for field in ["CryptoDesk-Route: candidate", "Cookie: a=b; cryptodesk_route=candidate"] {
                    let request = GatewayUnderTest.request("GET", "/tasks", more: [field])
                    #expect(try await test.gateway.ask(request).status == 200)
                }
                #expect(test.counts == sides)
            }
        }
    }

    @Test("the candidate is asked on its own path, and its status is the monolith's")
    func mapping() async throws {
        let lines = "      mapping: {path: '/api/v1/strategies', status: {200: 203}}\n"
        try await MigrationUnderTest.run(lines) { test throws in
            let request = GatewayUnderTest.request("GET", "/tasks/17?limit=3")
            #expect(try await test.gateway.ask(request).status == 200)
            await test.adopt(.full)
            #expect(try await test.gateway.ask(request).status == 203)
            #expect(test.monolith.realRequests.map(\.uri) == ["/tasks/17?limit=3"])
            #expect(test.candidate.realRequests.map(\.uri) == ["/api/v1/strategies?limit=3"])
        }
    }

    @Test("bodies go up and come down under the names of who reads them, whatever their framing")
    func fields() async throws {
        try await MigrationUnderTest.run("      mapping: {fields: {title: name}}\n") { test throws in
            let json = "Content-Type: application/json"
            let body = #"{"title":"a"}"#
            let whole = GatewayUnderTest.request("POST", "/tasks", behave: "task", more: [json], body: body)
            let chunked =
                GatewayUnderTest.request(
                    "POST", "/tasks", behave: "task", more: [json, "Transfer-Encoding: chunked"])
                + "5\r\n{\"tit\r\n8\r\nle\":\"a\"}\r\n0\r\n\r\n"
            for owner in MigrationSide.allCases {
                await test.adopt(.full) { $0.owner = owner }
                for request in [whole, chunked] {
                    let answer = try await test.gateway.ask(request)
                    #expect(answer.status == 200)
                    #expect(answer.body == (owner == .legacy ? #"{"name":"é","id":1}"# : #"{"title":"é","id":1}"#))
                }
            }
            #expect(test.monolith.realRequests.map(\.body) == [body, body])
            #expect(test.candidate.realRequests.map(\.body) == [#"{"name":"a"}"#, #"{"name":"a"}"#])
        }
    }

    @Test("a body that is too large to be read is refused before the candidate has it")
    func largeBody() async throws {
        try await MigrationUnderTest.run("      mapping: {fields: {title: name}}\n") { test throws in
            await test.adopt(.full) { $0.owner = .candidate }
            let body = "\"" + String(repeating: "x", count: FieldMapping.maximumBody) + "\""
            let request = GatewayUnderTest.request(
                "POST", "/tasks", more: ["Content-Type: application/json"], body: body)
            #expect(try await test.gateway.ask(request).status == 413)
            #expect(test.candidate.realRequests.allSatisfy { !$0.isComplete })
        }
    }

    @Test("no request fails while stages change under load, and each user stays on a side until it is moved")
    func load() async throws {
        // Comparisons would be counted as well.
        try await MigrationUnderTest.run("      shadow: {sample: 0.0001%}\n") { test throws in
            try await withThrowingTaskGroup { group in
                for user in 1...20 {
                    group.addTask {
                        let client = try await test.gateway.client()
                        let request = Self.read.replacing("token-1", with: "token-\(user)")
                        for _ in 0..<50 {
                            try await client.send(request)
                            #expect(try await client.takeAnswer().status == 200)
                        }
                        await client.close()
                    }
                }
                for percent in [1, 5, 25, 50, 99] { await test.adopt(.canary(percent: percent)) }
                try await group.waitForAll()
            }
            #expect(test.counts.reduce(0, +) == 1000)
        }
    }
}
