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
    private let sessions: Sessions
    private let login: Login
    private let consistency: ConsistencyPolicy
    private let limiter: LoginLimiter
    private let proxies: TrustedProxies

    /// The longest body that these routes read, in bytes.
    private static let bodyLimit = 256 * 1024

    package init(
        accounts: AccountRepository, hasher: PasswordHasher, sessions: Sessions, consistency: ConsistencyPolicy,
        limiter: LoginLimiter, proxies: TrustedProxies
    ) {
        self.accounts = accounts
        self.hasher = hasher
        self.sessions = sessions
        self.login = Login(accounts: accounts, hasher: hasher, sessions: sessions)
        self.consistency = consistency
        self.limiter = limiter
        self.proxies = proxies
    }

    package func add(to group: RouterGroup<ServiceRequestContext>) {
        group.post("register") { try await register($0, $1) }
        group.post("login") { try await signIn($0, $1) }
        group.post("refresh") { try await refresh($0, $1) }
    }

    func register(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let registration = try Registration(validating: try await request.jsonObject(upTo: Self.bodyLimit))
        if try await accounts.find(registration.email) != nil { throw APIError.emailTaken }
        let hash = try await context.hashing { try await hasher.hash(registration.password) }
        let created = try await accounts.create(
            registration.email, fullName: registration.fullName, passwordHash: hash)
        guard let created else { throw APIError.emailTaken }
        return .json(
            created.document, status: .created,
            headers: consistency.fields(userID: created.id, revision: created.revision))
    }

    func signIn(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        guard FormBody.isNamed(by: request.headers[.contentType]) else {
            throw APIError.unsupportedMediaType(expected: "application/x-www-form-urlencoded")
        }
        let form = try LoginForm(FormBody(try await request.collectedBody(upTo: Self.bodyLimit).readableBytesView))
        let address = context.clientAddress(of: request, trusting: proxies)
        let allowance = try await limiter.reserve(account: form.username.lowercased(), address: address)
        guard allowance.isAllowed else {
            throw APIError.tooManyRequests(retryAfter: allowance.resetAfter).adding(allowance.headers)
        }
        let device = SessionRepository.Device(userAgent: request.headers[.userAgent] ?? "", address: address)
        let pair = try await context.hashing {
            do {
                return try await login.signIn(form, device: device)
            } catch PasswordHashingError.overloaded(let retryAfter) {
                // Nobody has looked at the password.
                try? await limiter.release(allowance)
                throw PasswordHashingError.overloaded(retryAfter: retryAfter)
            }
        }
        guard let pair else { throw APIError.wrongCredentials.adding(allowance.headers) }
        return Self.answer(pair, allowance.headers)
    }

    func refresh(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        var body = ObjectValidator(try await request.jsonObject(upTo: Self.bodyLimit))
        let token = body.string("refresh_token", length: 1...512)
        try body.finish()
        do {
            return Self.answer(
                try await sessions.refresh(
                    token, by: context.auditOrigin(of: request, trusting: proxies)))
        } catch SessionError.tokenReused(let userID, let sessionID) {
            context.requestLogger(for: request).notice(
                "An old refresh token came back, its session was ended",
                metadata: ["user_id": "\(userID)", "session_id": "\(sessionID)"])
            throw SessionError.tokenReused(userID: userID, sessionID: sessionID)
        }
    }

    /// Tokens are not to be kept by anyone on the way (RFC 6749, section 5.1).
    private static func answer(_ pair: TokenPair, _ headers: [APIError.Header] = []) -> Response {
        var fields: HTTPFields = [.cacheControl: "no-store"]
        for header in headers {
            if let name = HTTPField.Name(header.name) { fields.append(HTTPField(name: name, value: header.value)) }
        }
        return .json(pair.json, headers: fields)
    }
}

extension APIError {
    fileprivate func adding(_ headers: [Header]) -> APIError {
        var error = self
        error.headers += headers
        return error
    }
}
