package import APIContract
import NIOHTTP1

/// What is to be done with a request, told by its head alone.
package enum Dispatch: Sendable {
    /// The gateway answers with an error; the connection goes on if it can.
    case refuse(APIError, Route?)
    /// `OPTIONS`: the methods of the path, and CORS where a page asks.
    case options(GatewayAnswer)
    case health(Route)
    /// Limited by address, and on its way without a token.
    case anonymous(Route)
    /// By an access token, or by a browser session, whose access token may have to be asked for.
    case authenticated(Route, Credentials)

    package var route: Route? {
        switch self {
        case .refuse(_, let route): route
        case .options: nil
        case .health(let route), .anonymous(let route), .authenticated(let route, _): route
        }
    }
}

extension GatewayPolicy {
    /// - Parameter isSecure: whether the client speaks https.
    package func dispatch(_ request: RequestHead, isSecure: Bool) -> Dispatch {
        if request.method == .OPTIONS { return options(request) }
        switch router.route(request.method, path: request.target.pathText) {
        case .notFound: return .refuse(.notFound, nil)
        case .methodNotAllowed(let allow): return .refuse(.methodNotAllowed(allow: allow), nil)
        case .route(let route): return dispatch(request, to: route, Credentials(request, isSecure: isSecure))
        }
    }

    private func dispatch(_ request: RequestHead, to route: Route, _ credentials: Credentials) -> Dispatch {
        let limit = route.maximumBody ?? head.limits.body
        if case .length(let length) = request.framing, length > limit {
            return .refuse(RequestHeadPolicy.tooLarge(over: limit), route)
        }
        if route.destination == .health { return .health(route) }
        if route.destination == .stream { return dispatch(handshake: request, to: route, credentials) }
        guard route.access == .authenticated else { return dispatch(anonymous: request, to: route, credentials) }
        if credentials == .none { return .refuse(.unauthorized, route) }
        let isHandshake = route.allowsUpgrade && WebSocketHandshake.isWish(request)
        guard
            isHandshake
                ? crossSite.allows(handshake: request, with: credentials) : crossSite.allows(request, with: credentials)
        else { return .refuse(CrossSitePolicy.refusal, route) }
        return .authenticated(route, credentials)
    }

    private func dispatch(anonymous request: RequestHead, to route: Route, _ credentials: Credentials) -> Dispatch {
        let isAllowed =
            switch route.browserSession {
            case .begins: crossSite.allows(signIn: request)
            case .refreshes: crossSite.allows(request, with: credentials)
            case nil: true
            }
        return isAllowed ? .anonymous(route) : .refuse(CrossSitePolicy.refusal, route)
    }

    /// A WebSocket is checked before anybody is asked about its caller.
    private func dispatch(handshake request: RequestHead, to route: Route, _ credentials: Credentials) -> Dispatch {
        do {
            _ = try WebSocketHandshake(request)
        } catch {
            return .refuse(error, route)
        }
        guard crossSite.allows(handshake: request, with: credentials) else {
            return .refuse(CrossSitePolicy.refusal, route)
        }
        return credentials == .none ? .anonymous(route) : .authenticated(route, credentials)
    }

    private func options(_ request: RequestHead) -> Dispatch {
        if request.target.form == .asterisk {
            return .options(
                GatewayAnswer(status: 204, fields: [.init("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")]))
        }
        let methods = router.methods(path: request.target.pathText)
        guard !methods.isEmpty else { return .refuse(.notFound, nil) }
        var answer = GatewayAnswer(
            status: 204, fields: [.init("Allow", (methods.map(\.rawValue) + ["OPTIONS"]).joined(separator: ", "))])
        if cors.isPreflight(request) {
            answer.fields += cors.preflightFields(request, methods: methods).map { .init($0.name, $0.value) }
        }
        return .options(answer)
    }
}
