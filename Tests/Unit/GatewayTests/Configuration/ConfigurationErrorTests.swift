import Documents
import Gateway
import Testing

@Suite("Gateway configuration, what is wrong with it")
struct ConfigurationErrorTests {
    /// A small file that is well; a case replaces a line of it.
    private static let lines = [
        "upstreams:",  // 1
        "  shop:",  // 2
        "    endpoints: [10.0.0.1:80]",  // 3
        "    concurrency: 64",  // 4
        "policies:",  // 5
        "  each:",  // 6
        "    key: [user, route]",  // 7
        "    limit: 10/s burst 40",  // 8
        "    when_redis_is_away: local",  // 9
        "  all:",  // 10
        "    key: service",  // 11
        "    limit: 100/s",  // 12
        "routes:",  // 13
        "  - name: items",  // 14
        "    methods: [GET, POST]",  // 15
        "    path: /items/{id}",  // 16
        "    upstream: shop",  // 17
        "    policies: [each, all]",  // 18
        "    timeout: 5s",  // 19
        "  - name: health",  // 20
        "    methods: GET",  // 21
        "    path: /health",  // 22
        "    built_in: health",  // 23
        "    access: anonymous",  // 24
    ]

    private func problems(_ lines: [String], _ settings: [String: String] = [:]) -> [String] {
        do {
            _ = try GatewayConfiguration(
                lines.joined(separator: "\n"), file: "g.yaml", variables: ConfigurationVariables(settings))
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("the file that the cases change is well")
    func well() { #expect(problems(Self.lines) == []) }

    @Test(
        "each mistake is told with its file, line and key",
        arguments: [
            // Keys
            (1, "upstream:", "g.yaml:1: needs the key upstreams"),
            (4, "    concurency: 64", "g.yaml:4: upstreams.shop.concurency: is not known here"),
            (8, "    # no limit", "g.yaml:6: policies.each: needs the key limit"),
            (7, "    ? [a]\n    : b\n    key: user", "g.yaml:7: policies.each: a key must be plain text"),
            (2, "  Shop:", "g.yaml:2: upstreams.Shop: is no name"),
            (6, "  service:", "g.yaml:6: policies.service: is the name of the upstreams' limits"),
            // Kinds of value
            (11, "    key: {a: b}", "g.yaml:11: policies.all.key: must be a list"),
            (8, "    limit: [10/s]", "g.yaml:8: policies.each.limit: must be a single value"),
            (8, "    limit:", "g.yaml:8: policies.each.limit: must not be empty"),
            (8, "    limit: lots", "g.yaml:8: policies.each.limit: \"lots\" is not a rate such as"),
            (8, "    limit: ${A} and ${B}", "g.yaml:8: policies.each.limit: a setting stands alone"),
            (8, "    limit: ${NOWHERE}", "g.yaml:8: policies.each.limit: the setting NOWHERE is missing"),
            (8, "    limit: ${WRONG}", "g.yaml:8: policies.each.limit: \"0/s\" (from WRONG) is not a rate"),
            (4, "    concurrency: 0", "g.yaml:4: upstreams.shop.concurrency: \"0\" is not a whole number from 1 on"),
            (4, "    concurrency: -1", "g.yaml:4: upstreams.shop.concurrency: \"-1\" is not a whole number"),
            (19, "    timeout: 5", "g.yaml:19: routes[0].timeout: \"5\" is not a time such as"),
            (19, "    timeout: 2h", "g.yaml:19: routes[0].timeout: \"2h\" is not a time such as"),
            (19, "    max_body: 1GB", "g.yaml:19: routes[0].max_body: \"1GB\" is not a size such as"),
            // Upstreams
            (3, "    endpoints: []", "g.yaml:3: upstreams.shop.endpoints: must be 1 to 64 instances"),
            (
                3, "    endpoints: [nowhere]",
                "g.yaml:3: upstreams.shop.endpoints[0]: \"nowhere\" is not host:port or unix:/path"
            ),
            (3, "    endpoints: 'a:1,a:1'", "g.yaml:3: upstreams.shop.endpoints: a:1 is there twice"),
            // Policies
            (7, "    key: [user, planet]", "g.yaml:7: policies.each.key[1]: \"planet\" is not one of route, user,"),
            (7, "    key: [user, user]", "g.yaml:7: policies.each.key[1]: user is there already"),
            (7, "    key: []", "g.yaml:7: policies.each.key: must name what requests are counted by"),
            (9, "    when_redis_is_away: maybe", "\"maybe\" is not one of local, open, closed"),
            (9, "    roles: [king]", "g.yaml:9: policies.each.roles[0]: \"king\" is not one of user, admin"),
            (9, "    exact: perhaps", "g.yaml:9: policies.each.exact: \"perhaps\" is not true or false"),
            (
                9, "    cost: 21",
                "g.yaml:18: routes[0].policies[0]: a request costs 21, more than half of the burst of each"
            ),
            // Routes
            (14, "  - name: Items", "g.yaml:14: routes[0].name: \"Items\" is not a name"),
            (14, "  - name: health", "g.yaml:20: routes[1].name: there is another route health"),
            (15, "    methods: [GET, BREW]", "g.yaml:15: routes[0].methods[1]: \"BREW\" is not one of GET, POST,"),
            (15, "    methods: [GET, GET]", "g.yaml:15: routes[0].methods[1]: GET is there twice"),
            (15, "    methods: []", "g.yaml:15: routes[0].methods: must name a method"),
            (16, "    path: items", "g.yaml:16: routes[0].path: \"items\" is not a path such as"),
            (16, "    path: /a//b", "g.yaml:16: routes[0].path: \"/a//b\" is not a path such as"),
            (16, "    path: /a/../b", "g.yaml:16: routes[0].path: \"/a/../b\" is not a path such as"),
            (16, "    path: /a{id}", "g.yaml:16: routes[0].path: \"/a{id}\" is not a path such as"),
            (16, "    path: '/a?b'", "g.yaml:16: routes[0].path: \"/a?b\" is not a path such as"),
            (16, "    path: /health", "g.yaml:22: routes[1].path: GET /health is taken by the route items"),
            (
                16, "    path: ['/x/{a}', '/x/{b}']",
                "g.yaml:16: routes[0].path[1]: GET /x/{b} is taken by the route items"
            ),
            (17, "    upstream: depot", "g.yaml:17: routes[0].upstream: there is no upstream \"depot\""),
            (17, "    # nowhere", "g.yaml:14: routes[0]: needs one of upstream, migration and built_in"),
            (23, "    built_in: teapot", "g.yaml:23: routes[1].built_in: \"teapot\" is not one of health, stream"),
            (
                24, "    access: secret",
                "g.yaml:24: routes[1].access: \"secret\" is not one of anonymous, authenticated"
            ),
            (24, "    cost: 1", "g.yaml:23: routes[1].built_in: health is answered to anybody and not counted"),
            (
                24, "    access: anonymous\n    allows_upgrade: true",
                "g.yaml:25: routes[1].allows_upgrade: only a service can"
            ),
            (
                24, "    access: anonymous\n  - name: events\n    methods: GET\n    path: /e\n    built_in: stream",
                "g.yaml:28: routes[2].built_in: stream learns"
            ),
            (18, "    policies: [each, none]", "g.yaml:18: routes[0].policies[1]: there is no policy \"none\""),
            (18, "    policies: [each, each]", "g.yaml:18: routes[0].policies[1]: each is there twice"),
            (
                19, "    cost: 30",
                "g.yaml:19: routes[0].cost: a request costs 30, more than half of the burst of each, 40"
            ),
            (19, "    access: anonymous", "g.yaml:18: routes[0].policies[0]: each counts callers"),
            // YAML
            (8, "    limit: [10/s", "g.yaml:"),
            (8, "    key: user", "g.yaml:7: key: is there twice"),
            (8, "    limit: *unknown", "g.yaml:8: is not well-formed YAML: found undefined alias"),
            (19, "    timeout: 5s\n---\na: b", "g.yaml:20: is not well-formed YAML: but found another document"),
        ])
    func mistake(line: Int, replacement: String, expected: String) {
        var lines = Self.lines
        lines[line - 1] = replacement
        let problems = problems(lines, ["WRONG": "0/s"])
        #expect(problems.contains { $0.contains(expected) }, "\(problems)")
    }

    @Test("all mistakes are told at once, in the order of their lines")
    func allAtOnce() {
        var lines = Self.lines
        lines[2] = "    endpoints: nowhere"
        lines[7] = "    limit: lots"
        lines[15] = "    path: items"
        lines[16] = "    upstream: depot"
        #expect(problems(lines).map { $0.prefix(10) } == ["g.yaml:3: ", "g.yaml:8: ", "g.yaml:16:", "g.yaml:17:"])
    }

    @Test(
        "what is no text of a file is told as such",
        arguments: ["", "\n", "a: b", "# only a comment, and nothing else"])
    func empty(text: String) {
        #expect(problems([text]) == ["g.yaml: is empty"])
    }

    @Test("a list, a text and a file that is not there are no configuration")
    func noFile() {
        #expect(problems(["- a", "- b", "- c, and some more"]) == ["g.yaml:1: must be a mapping of keys to values"])
        #expect(problems(["nothing but a text here"]) == ["g.yaml:1: must be a mapping of keys to values"])
        let error = #expect(throws: DocumentError.self) {
            try ConfigurationFile(path: "/nowhere/gateway.yaml", variables: ConfigurationVariables([:])).read()
        }
        #expect(error?.description == "/nowhere/gateway.yaml: cannot be read as text in UTF-8")
    }

    @Test("no file of random bytes or with a random change ends the process")
    func random() {
        var random = SeededGenerator(seed: 7)
        let text = Array(Self.lines.joined(separator: "\n").utf8)
        var refused = 0
        for _ in 0..<2000 {
            var changed = text
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: changed.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: changed[place] = UInt8.random(in: 0x20...0x7E, using: &random)
                case 1: changed.remove(at: place)
                default: changed.insert(Array("\n:{}[]&*!- ".utf8).randomElement(using: &random) ?? 0x20, at: place)
                }
            }
            if !problems([String(decoding: changed, as: UTF8.self)]).isEmpty { refused += 1 }
        }
        #expect(refused > 1000)
    }
}
