import Authentication
import Gateway
import NIOHTTP1
import Testing

@Suite("Credentials, cross-site requests and CORS")
struct AccessTests {
    private func request(
        _ method: HTTPMethod = .GET, _ fields: [(String, String)], uri: String = "/api/v1/strategies"
    ) throws -> RequestHead {
        try RequestHeadPolicy(limits: RequestLimits()).accept(
            HTTPRequestHead(
                version: .http1_1, method: method, uri: uri, headers: HTTPHeaders([("Host", "a")] + fields)))
    }

    private static let carriers: [(fields: [(String, String)], isSecure: Bool, expected: Credentials)] = [
        ([("Authorization", "Bearer abc")], false, .bearer("abc")),
        ([("Authorization", "bearer   abc")], false, .bearer("abc")),
        ([("Authorization", "Bearer abc"), ("Cookie", "cryptodesk_access=def")], false, .bearer("abc")),
        ([("Authorization", "Basic abc"), ("Cookie", "cryptodesk_access=def")], false, .none),
        ([("Authorization", "Bearer")], false, .none), ([("Authorization", "Bearer ")], false, .none),
        ([("Cookie", "a=b; cryptodesk_access=def; c=d")], false, .cookies(.init(access: "def"))),
        ([("Cookie", "a=b"), ("Cookie", "cryptodesk_access=def")], false, .cookies(.init(access: "def"))),
        ([("Cookie", "cryptodesk_access=1; cryptodesk_access=2")], false, .cookies(.init(access: "1"))),
        ([("Cookie", "cryptodesk_refresh=r")], false, .cookies(.init(access: nil, refresh: "r"))),
        ([("Cookie", "cryptodesk_refresh=r; cryptodesk_access=a")], false, .cookies(.init(access: "a", refresh: "r"))),
        (
            [("Cookie", "__Host-cryptodesk_access=def")], true,
            .cookies(.init(access: "def", refresh: nil, isSecure: true))
        ),
        // What does not fit the way it came could be anybody's.
        ([("Cookie", "cryptodesk_access=def")], true, .none),
        ([("Cookie", "__Host-cryptodesk_access=def")], false, .none),
        ([("Cookie", "xcryptodesk_access=def")], false, .none), ([("Cookie", "cryptodesk_access=")], false, .none),
        ([("Cookie", "cryptodesk_accessx=def")], false, .none), ([], false, .none),
    ]

    @Test("the access token comes as a bearer token or in a browser session's cookie")
    func credentials() throws {
        for (fields, isSecure, expected) in Self.carriers {
            #expect(try Credentials(request(.GET, fields), isSecure: isSecure) == expected, "\(fields)")
        }
    }

    @Test("of a session's cookies only what a route needs goes on; all others pass")
    func upstreamCookies() {
        let sent = ["a=b; cryptodesk_access=1; __Host-cryptodesk_refresh=2", "cryptodesk_refresh=3;c=d"]
        #expect(SessionCookies.upstream(sent, with: [], isSecure: false) == "a=b; c=d")
        #expect(
            SessionCookies.upstream(sent, with: [(.access, "9")], isSecure: true)
                == "a=b; c=d; __Host-cryptodesk_access=9")
        #expect(SessionCookies.upstream(["cryptodesk_refresh=3"], with: [], isSecure: false) == nil)
        #expect(SessionCookies.upstream([], with: [(.access, "9")], isSecure: false) == nil)
    }

    @Test("a browser's session begins on our own pages alone, whatever comes along")
    func signIn() throws {
        let policy = CrossSitePolicy(origins: ["https://desk.example"])
        func allows(_ fields: [(String, String)]) throws -> Bool { try policy.allows(signIn: request(.POST, fields)) }
        #expect(try allows([("Sec-Fetch-Site", "same-origin")]) && allows([("Origin", "https://desk.example")]))
        for fields in [
            [], [("Origin", "https://evil.example")], [("Authorization", "Bearer t")],
            [("Origin", "https://desk.example"), ("Sec-Fetch-Site", "cross-site")],
        ] { #expect(try !allows(fields), "\(fields)") }
    }

    @Test("a change by cookie must come from one of our own pages")
    func crossSite() throws {
        let policy = CrossSitePolicy(origins: ["https://desk.example"])
        func allows(
            _ method: HTTPMethod, _ fields: [(String, String)],
            _ credentials: Credentials = .cookies(.init(access: "t"))
        )
            throws -> Bool
        {
            try policy.allows(request(method, fields), with: credentials)
        }
        #expect(try allows(.POST, [("Sec-Fetch-Site", "same-origin")]))
        #expect(try allows(.POST, [("Origin", "https://desk.example")]))
        #expect(try allows(.GET, [("Sec-Fetch-Site", "cross-site")]))
        #expect(try allows(.POST, [("Sec-Fetch-Site", "cross-site")], .bearer("t")))
        for site in ["cross-site", "same-site", "none", "", "Same-Origin"] {
            #expect(try !allows(.DELETE, [("Sec-Fetch-Site", site), ("Origin", "https://desk.example")]), "\(site)")
        }
        #expect(try !allows(.POST, []))
        #expect(try !allows(.POST, [("Origin", "https://evil.example")]))
        #expect(try !allows(.PATCH, [("Origin", "null")]))
    }

    @Test("only an origin on the list is named, and never the asterisk")
    func origins() throws {
        let policy = CORSPolicy(origins: ["https://desk.example", "*", "null"])
        #expect(try policy.allowedOrigin(request(.GET, [("Origin", "https://desk.example")])) == "https://desk.example")
        for origin in ["https://desk.example.evil", "http://desk.example", "https://desk.example:444", "*", "null", ""]
        {
            #expect(try policy.allowedOrigin(request(.GET, [("Origin", origin)])) == nil, "\(origin)")
        }
    }

    @Test("a preflight from a listed origin learns what it may send, any other only that it was one")
    func preflight() throws {
        let policy = CORSPolicy(origins: ["https://desk.example"])
        func fields(_ origin: String) throws -> [String: String] {
            let preflight = try request(.OPTIONS, [("Origin", origin), ("Access-Control-Request-Method", "PUT")])
            #expect(policy.isPreflight(preflight))
            return Dictionary(
                policy.preflightFields(preflight, methods: [.GET, .PUT]).map { ($0.name, $0.value) },
                uniquingKeysWith: { first, _ in first })
        }
        let allowed = try fields("https://desk.example")
        #expect(allowed["Access-Control-Allow-Origin"] == "https://desk.example")
        #expect(allowed["Access-Control-Allow-Methods"] == "GET, PUT")
        #expect(allowed["Access-Control-Allow-Credentials"] == "true")
        #expect(allowed["Access-Control-Max-Age"] == "600")
        #expect(allowed["Access-Control-Allow-Headers"]?.contains("Authorization") == true)
        #expect(allowed["Vary"]?.contains("Origin") == true)
        #expect(try Set(fields("https://evil.example").keys) == ["Vary"])
        #expect(try !policy.isPreflight(request(.OPTIONS, [("Origin", "https://desk.example")])))
    }
}
