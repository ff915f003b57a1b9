import NIOHTTP1

// The routes of the public API. What is not here does not exist: 404.
extension Route {
    package static let table: [Route] = [
        Route("health", [.GET], "/health", to: .health, access: .anonymous),
        Route("auth.jwks", [.GET], "/.well-known/jwks.json", to: .upstream(.auth), access: .anonymous),
        Route("auth.register", [.POST], "/api/v1/auth/register", to: .upstream(.auth), access: .anonymous),
        Route("auth.login", [.POST], "/api/v1/auth/login", to: .upstream(.auth), access: .anonymous),
        Route("auth.refresh", [.POST], "/api/v1/auth/refresh", to: .upstream(.auth), access: .anonymous),
        Route("auth.logout", [.POST], "/api/v1/auth/logout", to: .upstream(.auth)),
        Route("auth.me", [.GET], "/api/v1/auth/me", to: .upstream(.auth)),
        Route("strategies", [.GET, .POST], "/api/v1/strategies", to: .upstream(.strategies)),
        Route("strategies", [.GET, .POST], "/api/v1/strategies/", to: .upstream(.strategies)),
        Route(
            "strategies.one", [.GET, .PUT, .PATCH, .DELETE], "/api/v1/strategies/{id}", to: .upstream(.strategies)),
    ]
}
