import Gateway
import NIOHTTP1
import Testing

@Suite("Router")
struct RouterTests {
    private let routes: [Route]
    private let router: Router

    init() throws {
        routes = try GatewayConfiguration.shipped().routes
        router = Router(routes)
    }

    private func name(_ method: HTTPMethod, _ path: String) -> String? {
        if case .route(let route) = router.route(method, path: path) { route.name } else { nil }
    }

    @Test(
        "a known method and path lead to their route",
        arguments: [
            ("GET", "/health", "health"), ("HEAD", "/health", "health"),
            ("POST", "/api/v1/auth/login", "auth.login"), ("GET", "/api/v1/auth/me", "auth.me"),
            ("DELETE", "/api/v1/auth/me", "auth.me"), ("POST", "/api/v1/auth/logout-all", "auth.logout"),
            ("POST", "/api/v1/auth/password", "auth.password"), ("GET", "/api/v1/auth/sessions", "auth.sessions"),
            ("DELETE", "/api/v1/auth/sessions/5e", "auth.sessions.one"),
            ("GET", "/.well-known/jwks.json", "auth.jwks"),
            ("GET", "/api/v1/strategies", "strategies"), ("POST", "/api/v1/strategies/", "strategies"),
            ("PATCH", "/api/v1/strategies/17", "strategies.one"), ("HEAD", "/api/v1/strategies/17", "strategies.one"),
            ("GET", "/api/v1/strategies/export", "strategies.export"),
            ("POST", "/api/v1/strategies/import", "strategies.import"),
            ("GET", "/api/v1/strategies/17/versions", "strategies.versions"),
            ("GET", "/api/v1/strategies/17/versions/2", "strategies.versions"),
            ("POST", "/api/v1/strategies/17/versions/2/restore", "strategies.restore"),
        ])
    func known(method: String, path: String, expected: String) {
        #expect(name(HTTPMethod(rawValue: method), path) == expected)
    }

    @Test(
        "what is not in the table does not exist",
        arguments: [
            "/", "", "/api", "/api/v1/auth", "/api/v1/auth/login/", "/api/v1/auth/loginx", "/API/v1/auth/me",
            "/api/v1/strategies/1/2", "/api/v1/strategiesx", "/api/v1/%73trategies", "/health/",
        ])
    func unknown(path: String) {
        guard case .notFound = router.route(.GET, path: path) else {
            Issue.record("\(path) was found")
            return
        }
    }

    @Test("a known path with another method names the methods that it takes")
    func methodNotAllowed() {
        guard case .methodNotAllowed(let allow) = router.route(.PUT, path: "/api/v1/auth/me") else {
            Issue.record("PUT was allowed")
            return
        }
        #expect(allow == ["GET", "PATCH", "DELETE", "HEAD", "OPTIONS"])
    }

    @Test("a literal segment wins over a parameter, and a dead end falls back to it")
    func precedence() {
        let router = Router([
            Route("one", [.GET], "/a/{id}", to: .upstream(.auth)),
            Route("export", [.GET], "/a/export", to: .upstream(.auth)),
            Route("versions", [.GET], "/a/{id}/versions", to: .upstream(.auth)),
        ])
        func name(_ path: String) -> String? {
            if case .route(let route) = router.route(.GET, path: path) { route.name } else { nil }
        }
        #expect(name("/a/7") == "one")
        #expect(name("/a/export") == "export")
        #expect(name("/a/export/versions") == "versions")
        #expect(name("/a/") == nil)
    }

    @Test("every route but the ones that hand out tokens asks for one")
    func anonymousRoutes() {
        let anonymous = routes.filter { $0.access == .anonymous }.map(\.name)
        #expect(
            anonymous == [
                "health", "auth.jwks", "auth.register", "auth.login", "auth.login.mfa", "auth.session", "auth.refresh",
                "stream",
            ])
    }
}
