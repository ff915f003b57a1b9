import Authentication
import Documents
import Foundation
import Gateway
import NIOHTTP1
import Testing

@Suite("Routes that move, in the configuration")
struct MigrationConfigurationTests {
    /// A small file that is well; a case replaces a line of it.
    private static let lines = [
        "upstreams:",  // 1
        "  monolith: {endpoints: 10.0.0.1:80}",  // 2
        "  strategies: {endpoints: 10.0.0.2:80}",  // 3
        "routes:",  // 4
        "  - name: tasks.one",  // 5
        "    methods: [GET, PUT]",  // 6
        "    path: ['/tasks/{id}', '/tasks/{id}/']",  // 7
        "    access: authenticated",  // 8
        "    migration:",  // 9
        "      legacy: monolith",  // 10
        "      candidate: strategies",  // 11
        "      stage: canary",  // 12
        "      percent: 5",  // 13
        "      salt: desk",  // 14
        "      first_users: [1, 2]",  // 15
        "      testers: [3]",  // 16
        "      tester_roles: admin",  // 17
        "      mapping:",  // 18
        "        path: /api/v1/strategies/{id}",  // 19
        "        status: {409: 400}",  // 20
        "      shadow: {sample: 20%, in_flight: 8, max_body: 64KB, timeout: 1s}",  // 21
        "      compare: {headers: ETag, ignore: [$.id], unordered: $.items, tolerance: 0.01}",  // 22
        "      guards: {requests: 50, mismatches: 0.2%, error_ratio: 2, error_margin: 1%, p99_ratio: 3}",  // 23
    ]

    private static let settings = [
        "OLD_KEY": String(repeating: "o", count: 32), "NEW_KEY": String(repeating: "n", count: 32), "SHORT": "secret",
    ]

    /// The block `tokens` of the monolith's upstream.
    private func readTokens(_ tokens: String) throws(DocumentError) -> UpstreamDefinition? {
        var lines = Self.lines
        lines[1] = "  monolith: {endpoints: 10.0.0.1:80, tokens: {\(tokens)}}"
        let variables = ConfigurationVariables(Self.settings)
        return try GatewayConfiguration(lines.joined(separator: "\n"), file: "g.yaml", variables: variables).upstreams
            .first
    }

    @Test("the two secrets of a bridge come from settings or files, and without them nothing is bridged")
    func tokens() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try (String(repeating: "f", count: 40) + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        let read = try readTokens("key: '${OLD_KEY}', bridge_key_file: '\(file)'")
        #expect(read?.tokens?.own == Array(repeating: UInt8(ascii: "o"), count: 32))
        #expect(read?.tokens?.bridge == Array(repeating: UInt8(ascii: "f"), count: 40))
        let bridged = try #require(read)
        #expect(!"\(bridged)".contains("oooo"))
        #expect(try self.read(Self.lines).routes.first?.migration?.bridge == nil)
    }

    @Test(
        "a secret that is in the file itself, too short, missing or the same for both is told, and not repeated",
        arguments: [
            ("key: '${OLD_KEY}'", "upstreams.monolith.tokens: needs one of bridge_key and bridge_key_file"),
            ("bridge_key: '${NEW_KEY}', key: '${OLD_KEY}', key_file: /a", "tokens: needs one of key and key_file"),
            (
                "key: '${OLD_KEY}', bridge_key: 0123456789abcdef0123456789abcdef",
                "tokens.bridge_key: a secret stands in a setting"
            ),
            (
                "key: '${OLD_KEY}', bridge_key: '${NONE:-0123456789abcdef0123456789abcdef}'",
                "tokens.bridge_key: a secret stands in a setting"
            ),
            ("key: '${SHORT}', bridge_key: '${NEW_KEY}'", "tokens.key: the secret must have at least 32 bytes"),
            ("key: '${OLD_KEY}', bridge_key: '${NONE}'", "tokens.bridge_key: the setting NONE is missing"),
            ("key: '${OLD_KEY}', bridge_key_file: /no/file", "tokens.bridge_key_file: \"/no/file\" cannot be read"),
            ("key: '${OLD_KEY}', bridge_key: '${OLD_KEY}'", "tokens: key and bridge_key must differ"),
            ("key: '${OLD_KEY}', bridge_key: '${NEW_KEY}', x: 1", "tokens.x: is not known here"),
        ])
    func wrongTokens(tokens: String, expected: String) {
        do throws(DocumentError) {
            _ = try readTokens(tokens)
            Issue.record("it is well")
        } catch {
            #expect("\(error)".contains(expected), "\(error)")
            #expect(!"\(error)".contains("0123456789abcdef") && !"\(error)".contains("oooo"))
        }
    }

    private func read(_ lines: [String]) throws(DocumentError) -> GatewayConfiguration {
        try GatewayConfiguration(
            lines.joined(separator: "\n"), file: "g.yaml", variables: ConfigurationVariables([:]))
    }

    @Test("everything that a file says is read")
    func all() throws {
        let configuration = try read(Self.lines)
        let migration = try #require(configuration.routes.first?.migration)
        #expect(migration.legacy.rawValue == "monolith" && migration.candidate == .strategies)
        #expect(migration.initial == .canary(percent: 5) && migration.salt == "desk")
        #expect(migration.firstUsers == [1, 2] && migration.testers == [3] && migration.testerRoles == [.admin])
        #expect(configuration.routes.allSatisfy { $0.destination == .upstream(migration.legacy) })
        for (route, path) in zip(configuration.routes, ["/tasks/17?a=b%20c", "/tasks/17/?a=b%20c"]) {
            let target = try RequestTarget(path, isOptions: false)
            #expect(migration.mapping.target(target, of: route) == "/api/v1/strategies/17?a=b%20c")
        }
        #expect(migration.shadow.sample == 0.2 && migration.shadow.inFlight == 8)
        #expect(migration.shadow.maximumBody == 65_536 && migration.shadow.timeout == .seconds(1))
        #expect(migration.comparison.headers == ["etag"] && migration.comparison.ignored == ["$.id"])
        #expect(migration.comparison.unordered == ["$.items"] && migration.comparison.tolerance == 0.01)
        let guards = migration.guards
        #expect(guards.requests == 50 && guards.mismatches == 0.002 && guards.errorRatio == 2)
        #expect(guards.errorMargin == 0.01 && guards.p99Ratio == 3 && migration.hasReads)
        var head = HTTPResponseHead(version: .http1_1, status: .conflict)
        head.map(by: migration.mapping)
        #expect(head.status == .badRequest)
    }

    @Test("what is left out is the careful choice")
    func defaults() throws {
        let migration = try #require(try read(Array(Self.lines[..<11])).routes.first?.migration)
        #expect(migration.initial == .legacy && migration.salt == "monolith>strategies")
        #expect(migration.testers.isEmpty && migration.testerRoles.isEmpty && migration.mapping.isEmpty)
    }

    @Test(
        "each mistake is told with its file, line and key",
        arguments: [
            (10, "", "g.yaml:9: routes[0].migration: needs the key legacy"),
            (10, "      legacy: shop", "g.yaml:10: routes[0].migration.legacy: there is no upstream \"shop\""),
            (
                11, "      candidate: monolith",
                "g.yaml:11: routes[0].migration.candidate: is the legacy upstream itself"
            ),
            (12, "      stage: half", "g.yaml:12: routes[0].migration.stage: \"half\" is not one of legacy, shadow"),
            (12, "      stage: full", "g.yaml:13: routes[0].migration.percent: belongs to the stage canary"),
            (13, "", "g.yaml:12: routes[0].migration.stage: a canary needs the key percent"),
            (13, "      percent: 100", "g.yaml:13: routes[0].migration.percent: \"100\" is not a whole number"),
            (14, "      salt: A b", "g.yaml:14: routes[0].migration.salt: \"A b\" is not a name"),
            (
                15, "      first_users: [1, me]",
                "g.yaml:15: routes[0].migration.first_users[1]: \"me\" is not the number"
            ),
            (16, "      testers: [3, 3]", "g.yaml:16: routes[0].migration.testers[1]: 3 is there twice"),
            (17, "      tester_roles: root", "g.yaml:17: routes[0].migration.tester_roles: \"root\" is not one of"),
            (
                8, "    access: anonymous",
                "g.yaml:15: routes[0].migration.first_users: a route for anonymous callers knows no users"
            ),
            (9, "    upstream: monolith\n    migration:", "g.yaml:5: routes[0]: needs one of upstream, migration and"),
            (
                19, "        path: /api/v1/strategies/{key}",
                "g.yaml:19: routes[0].migration.mapping.path: /tasks/{id} has no {key}"
            ),
            (20, "        status: {99: 400}", "g.yaml:20: routes[0].migration.mapping.status.99: is no status code"),
            (20, "        status: {409: no}", "g.yaml:20: routes[0].migration.mapping.status.409: \"no\" is not"),
            (21, "      shadow: {sample: 0%}", "g.yaml:21: routes[0].migration.shadow.sample: \"0%\" is not a share"),
            (21, "      shadow: {in_flight: 0}", "migration.shadow.in_flight: \"0\" is not a whole number"),
            (21, "      shadow: {max_body: 5MB}", "migration.shadow.max_body: \"5MB\" is not a size of at most 4MB"),
            (22, "      compare: {ignore: [a]}", "migration.compare.ignore[0]: \"a\" is not a place such as"),
            (22, "      compare: {headers: 'a b'}", "migration.compare.headers: \"a b\" is not the name"),
            (22, "      compare: {tolerance: -1}", "migration.compare.tolerance: \"-1\" is not a number from 0 on"),
            (23, "      guards: {p99_ratio: 0.5}", "migration.guards.p99_ratio: \"0.5\" is not a ratio"),
            (23, "      guards: {mismatches: 101%}", "migration.guards.mismatches: \"101%\" is not a share"),
            (20, "        fields: {a: b, c: b}", "migration.mapping.fields.c: b stands for another name already"),
            (14, "      sallt: desk", "g.yaml:14: routes[0].migration.sallt: is not known here"),
        ])
    func mistakes(line: Int, text: String, expected: String) {
        var lines = Self.lines
        lines[line - 1] = text
        do throws(DocumentError) {
            _ = try read(lines)
            Issue.record("it is well")
        } catch {
            #expect("\(error)".contains(expected), "\(error)")
        }
    }
}
