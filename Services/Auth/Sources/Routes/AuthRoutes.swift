package import APIContract
package import Consistency
package import HTTPService
import HTTPTypes
package import Hummingbird
import Logging

/// `/api/v1/auth`: registers, signs in, refreshes, for callers that have no access token.
package struct AuthRoutes: Sendable {
    private let accounts: AccountRepository
    private let hasher: PasswordHasher
    private let rules: PasswordRules
    private let sessions: Sessions
    private let consistency: ConsistencyPolicy
    private let signIn: SignIn
    private let proxies: TrustedProxies

    /// The longest body that these routes read, in bytes.
    private static let bodyLimit = 256 * 1024

    package init(
        accounts: AccountRepository, hasher: PasswordHasher, rules: PasswordRules, sessions: Sessions,
        consistency: ConsistencyPolicy, signIn: SignIn, proxies: TrustedProxies
    ) {
        self.accounts = accounts
        self.hasher = hasher
        self.rules = rules
        self.sessions = sessions
        self.consistency = consistency
        self.signIn = signIn
        self.proxies = proxies
    }

    package func add(to group: RouterGroup<ServiceRequestContext>) {
        group.post("register") { try await register($0, $1) }
        group.post("login") { try await login($0, $1) }
        group.post("login/mfa") { try await finishLogin($0, $1) }
        group.post("session") { try await beginSession($0, $1) }
        group.post("refresh") { try await refresh($0, $1) }
    }

    func register(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let registration = try Registration(
            validating: try await request.jsonObject(upTo: Self.bodyLimit), rules: rules)
        if try await accounts.find(registration.email) != nil { throw APIError.emailTaken }
        let hash = try await context.hashing { try await hasher.hash(registration.password) }
        let created = try await accounts.create(
            registration.email, fullName: registration.fullName, passwordHash: hash)
        guard let created else { throw APIError.emailTaken }
        return .json(
            created.document, status: .created,
            headers: consistency.fields(userID: created.id, revision: created.revision))
    }

    func login(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        guard FormBody.isNamed(by: request.headers[.contentType]) else {
            throw APIError.unsupportedMediaType(expected: "application/x-www-form-urlencoded")
        }
        let form = try LoginForm(FormBody(try await request.collectedBody(upTo: Self.bodyLimit).readableBytesView))
        let (signedIn, headers) = try await signIn.run(form.username, form.password, request, context)
        return .json(signedIn.tokens.json, headers: Self.fields(headers))
    }

    func finishLogin(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        var body = ObjectValidator(try await request.jsonObject(upTo: Self.bodyLimit))
        let token = body.string("mfa_token", length: 1...512)
        let code = body.string("code", length: SecondFactorCode.givenLength)
        try body.finish()
        let signedIn = try await signIn.resume(token, code: code, request, context)
        return .json(signedIn.tokens.json, headers: Self.fields([]))
    }

    /// The browser's login: nothing that a script could read.
    func beginSession(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let cookies = try BrowserCookies(request, context, trusting: proxies)
        var body = ObjectValidator(try await request.jsonObject(upTo: Self.bodyLimit))
        let email = body.string("email", length: 1...1024)
        let password = body.string("password", length: PasswordChange.givenLength)
        let code = body.optionalString("code", length: SecondFactorCode.givenLength)
        try body.finish()
        let (signedIn, headers) = try await signIn.run(email, password, code: code, request, context)
        guard let document = try await accounts.document(userID: signedIn.userID) else {
            throw APIError.wrongCredentials.adding(headers)
        }
        return .json(
            document, headers: Self.fields(headers + cookies.headers(signedIn.tokens, sessions.refreshLifetime)))
    }

    /// By cookie the answer has no body: the tokens are in its cookies.
    func refresh(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let origin = context.auditOrigin(of: request, trusting: proxies)
        guard let (cookies, token) = BrowserCookies.refreshToken(of: request, context, trusting: proxies) else {
            // Neither a cookie nor a body: there is no token.
            if request.isWithoutBody { throw APIError.unauthorized }
            var body = ObjectValidator(try await request.jsonObject(upTo: Self.bodyLimit))
            let token = body.string("refresh_token", length: 1...512)
            try body.finish()
            let pair = try await refresh(token, by: origin, logger: context.requestLogger(for: request))
            return .json(pair.json, headers: Self.fields([]))
        }
        do {
            let pair = try await refresh(token, by: origin, logger: context.requestLogger(for: request))
            return Response(
                status: .noContent, headers: Self.fields(cookies.headers(pair, sessions.refreshLifetime)))
        } catch let error as SessionError {
            guard let refusal = APIError.auth(error), refusal.status == 401 else { throw error }
            throw refusal.adding(cookies.clearing)
        }
    }

    private func refresh(_ token: String, by origin: AuditOrigin, logger: Logger) async throws -> TokenPair {
        do {
            return try await sessions.refresh(token, by: origin)
        } catch SessionError.tokenReused(let userID, let sessionID) {
            logger.notice(
                "An old refresh token came back, its session was ended",
                metadata: ["user_id": "\(userID)", "session_id": "\(sessionID)"])
            throw SessionError.tokenReused(userID: userID, sessionID: sessionID)
        }
    }

    /// Tokens are not to be kept by anyone on the way (RFC 6749, section 5.1).
    private static func fields(_ headers: [APIError.Header]) -> HTTPFields {
        var fields: HTTPFields = [.cacheControl: "no-store"]
        fields.append(headers)
        return fields
    }
}

extension HTTPFields {
    mutating func append(_ headers: [APIError.Header]) {
        for header in headers {
            if let name = HTTPField.Name(header.name) { append(HTTPField(name: name, value: header.value)) }
        }
    }
}
