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

    @Test(
        "the access token comes as a bearer token or in a session cookie",
        arguments: [
            ([("Authorization", "Bearer abc")], Credentials.bearer("abc")),
            ([("Authorization", "bearer   abc")], .bearer("abc")),
            ([("Authorization", "Bearer abc"), ("Cookie", "cryptodesk_access=def")], .bearer("abc")),
            ([("Authorization", "Basic abc"), ("Cookie", "cryptodesk_access=def")], .none),
            ([("Authorization", "Bearer")], .none), ([("Authorization", "Bearer ")], .none),
            ([("Cookie", "a=b; cryptodesk_access=def; c=d")], .cookie("def")),
            ([("Cookie", "__Host-cryptodesk_access=def")], .cookie("def")),
            ([("Cookie", "a=b"), ("Cookie", "cryptodesk_access=def")], .cookie("def")),
            ([("Cookie", "xcryptodesk_access=def")], .none), ([("Cookie", "cryptodesk_access=")], .none),
            ([("Cookie", "cryptodesk_accessx=def")], .none), ([], .none),
        ])
    func credentials(fields: [(String, String)], expected: Credentials) throws {
        #expect(try Credentials(request(.GET, fields)) == expected)
    }

    @Test("a change by cookie must come from one of our own pages")
    func crossSite() throws {
        let policy = CrossSitePolicy(origins: ["https://desk.example"])
        func allows(_ method: HTTPMethod, _ fields: [(String, String)], _ credentials: Credentials = .cookie("t"))
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
