import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("Browser sessions, through nginx and two gateways")
struct BrowserSessionTests {
    private static let (access, refresh) = ("cryptodesk_access", "cryptodesk_refresh")

    private func signedIn() async throws -> (ClusterUnderTest, TestUser, Browser) {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let browser = Browser(cluster)
        let answer = try await browser.signIn(user)
        try #require(answer.status == 200 && answer["email"]?.string == user.email, "\(answer.text)")
        return (cluster, user, browser)
    }

    @Test("what another site makes a browser send changes nothing, and reads are left alone")
    func crossSite() async throws {
        let (cluster, user, browser) = try await signedIn()
        let own = "http://localhost:\(cluster.port)"
        for headers in [
            [], [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site"), ("Origin", own)],
            [("Sec-Fetch-Site", "none")], [("Origin", "https://evil.example")], [("Origin", "null")],
        ] {
            for (method, path) in [
                (HTTPMethod.POST, "/api/v1/strategies"), (.PATCH, "/api/v1/auth/me"), (.DELETE, "/api/v1/auth/me"),
                (.POST, "/api/v1/auth/password"), (.POST, "/api/v1/auth/logout"), (.POST, "/api/v1/auth/refresh"),
            ] {
                let answer = try await browser.send(method, path, "{}", headers: headers)
                #expect(answer.status == 403 && answer["code"]?.string == "csrf_rejected", "\(path) \(headers)")
            }
            let login = try await Browser(cluster).signIn(user, headers: headers)
            #expect(login.status == 403 && login["code"]?.string == "csrf_rejected", "\(headers)")
            #expect(login.headers["Set-Cookie"].isEmpty)
            #expect(try await browser.send(.GET, "/api/v1/auth/me", headers: headers).status == 200)
        }
        for headers in [[Browser.ownPage], [("Origin", own)]] {
            let answer = try await browser.send(
                .POST, "/api/v1/strategies", #"{"strategy_name":"A","parameters":{}}"#, headers: headers)
            #expect(answer.status == 201, "\(answer.text)")
        }
        // Who shows a token of its own needs no proof of where it comes from.
        #expect(try await user.client.send(.POST, "/api/v1/auth/logout").status == 204)
    }

    @Test("a stream opened by another site's page is refused, whatever the browser sends along")
    func crossSiteStream() async throws {
        let (cluster, _, browser) = try await signedIn()
        for fields in [[], ["Origin: https://evil.example"], ["Sec-Fetch-Site: cross-site"]] {
            let stream = try await WebSocketClient(port: cluster.port, fields: ["Cookie: \(browser.field)"] + fields)
            #expect(stream.status == 403, "\(fields)")
        }
        let own = try await WebSocketClient(
            port: cluster.port, fields: ["Cookie: \(browser.field)", "Sec-Fetch-Site: same-origin"])
        #expect(own.status == 101)
        let created = try await browser.send(.POST, "/api/v1/strategies", #"{"strategy_name":"A","parameters":{}}"#)
        let id = try #require(created["id"]?.integer)
        #expect(try await own.next().contains("\"id\":\(id)"))
        #expect(try await browser.send(.POST, "/api/v1/auth/logout").status == 204)
        #expect(try await own.closeCode() == 4401)
    }

    @Test("a browser whose access token has gone notices nothing: reads, changes and streams go on with the next one")
    func silentRefresh() async throws {
        let (cluster, _, browser) = try await signedIn()
        let first = browser.cookies
        browser.forget(Self.access)
        #expect(try await browser.send(.GET, "/api/v1/strategies").status == 200)
        #expect(browser.cookies[Self.access] != nil && browser.cookies[Self.refresh] != first[Self.refresh])
        browser.set(Self.access, String(try #require(first[Self.access]).dropLast(8)))
        let changed = try await browser.send(.PATCH, "/api/v1/auth/me", #"{"full_name":"New Name"}"#)
        #expect(changed.status == 200 && changed["full_name"]?.string == "New Name")
        browser.forget(Self.access)
        let stream = try await WebSocketClient(
            port: cluster.port, fields: ["Cookie: \(browser.field)", "Sec-Fetch-Site: same-origin"])
        #expect(stream.status == 101 && stream.received.head.lowercased().contains("set-cookie: \(Self.access)="))
        await stream.close()
        let refreshed = try await browser.send(.POST, "/api/v1/auth/refresh")
        #expect(refreshed.status == 204 && refreshed.text.isEmpty && browser.cookies.count >= 2)
    }

    @Test("tabs that refresh at once over both gateways all go on, with one session and one successor")
    func tabs() async throws {
        let (cluster, _, browser) = try await signedIn()
        browser.forget(Self.access)
        let stale = browser.cookies
        let tabs = (0..<12).map { _ in Browser(cluster, cookies: stale) }
        let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
            for (index, tab) in tabs.enumerated() {
                tasks.addTask {
                    try await tab.send(.GET, "/api/v1/auth/me", at: cluster.gatewayURL(index % 2 + 1)).status
                }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.allSatisfy { $0 == 200 }, "\(statuses)")
        #expect(Set(tabs.map { $0.cookies[Self.refresh] }).count == 1)
        for tab in tabs { #expect(try await tab.send(.GET, "/api/v1/auth/me").status == 200) }
        #expect(try await tabs[0].send(.GET, "/api/v1/auth/sessions").json.array?.count == 2)
    }

    @Test("a stale refresh cookie ends the session and is forgotten; so is a session ended elsewhere")
    func stale() async throws {
        let (cluster, user, browser) = try await signedIn()
        let stale = Browser(cluster, cookies: browser.cookies)
        stale.forget(Self.access)
        for _ in 0..<2 { #expect(try await browser.send(.POST, "/api/v1/auth/refresh").status == 204) }
        try await cluster.query(
            "primary",
            "UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds' WHERE user_id = \(user.id)")
        let reused = try await stale.send(.GET, "/api/v1/auth/me")
        #expect(reused.status == 401 && reused["code"]?.string == "refresh_reused" && stale.cookies.isEmpty)
        // The whole session has ended, for whoever of the two was the thief.
        #expect(try await eventually { try await browser.send(.GET, "/api/v1/auth/me").status == 401 })
        #expect(browser.cookies[Self.access] == nil && browser.cookies[Self.refresh] == nil)
        let again = try await browser.signIn(user)
        #expect(again.status == 200)
        #expect(try await user.client.send(.POST, "/api/v1/auth/logout-all").status == 204)
        #expect(try await eventually { try await browser.send(.GET, "/api/v1/strategies").status == 401 })
        #expect(browser.cookies[Self.refresh] == nil)
    }

    @Test("a logout by cookie holds at every gateway, and makes the browser forget the session")
    func logout() async throws {
        let (cluster, _, browser) = try await signedIn()
        let copies = [1, 2].map { (Browser(cluster, cookies: browser.cookies), cluster.gatewayURL($0)) }
        // Also when the access token had to be renewed for it.
        browser.forget(Self.access)
        #expect(try await browser.send(.POST, "/api/v1/auth/logout").status == 204)
        #expect(browser.cookies[Self.access] == nil && browser.cookies[Self.refresh] == nil)
        for (copy, url) in copies {
            #expect(
                try await eventually(within: .seconds(1)) {
                    try await copy.send(.GET, "/api/v1/auth/me", at: url).status == 401
                })
        }
    }

    @Test("behind https the cookies are bound to it; plain ones count for nothing there")
    func https() async throws {
        let (cluster, user, plain) = try await signedIn()
        let https = [Browser.ownPage, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "desk.example")]
        let browser = Browser(cluster)
        let gateway = cluster.gatewayURL(1)
        let body = #"{"email":"\#(user.email)","password":"\#(TestUser.password)"}"#
        let answer = try await browser.send(.POST, "/api/v1/auth/session", body, at: gateway, headers: https)
        #expect(answer.status == 200)
        #expect(Set(browser.cookies.keys) == ["__Host-cryptodesk_access", "__Host-cryptodesk_refresh"])
        #expect(answer.headers["Set-Cookie"].allSatisfy { $0.hasSuffix("; HttpOnly; SameSite=Lax; Secure") })
        browser.forget("__Host-cryptodesk_access")
        #expect(try await browser.send(.GET, "/api/v1/auth/me", at: gateway, headers: https).status == 200)
        #expect(browser.cookies["__Host-cryptodesk_access"] != nil)
        #expect(try await plain.send(.GET, "/api/v1/auth/me", at: gateway, headers: https).status == 401)
        // nginx is believed and says http, whatever its client says.
        let claimed = try await Browser(cluster).send(.POST, "/api/v1/auth/session", body, headers: https)
        #expect(claimed.headers["Set-Cookie"].allSatisfy { $0.hasPrefix("cryptodesk_") })
    }
}
