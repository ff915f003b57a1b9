package import APIContract
package import HTTPService
import HTTPTypes
package import Hummingbird

/// A name and a password in a request: counted before they are looked at, whichever way they came.
package struct SignIn: Sendable {
    private let login: Login
    private let limiter: LoginLimiter
    private let proxies: TrustedProxies

    package init(_ login: Login, limiter: LoginLimiter, proxies: TrustedProxies) {
        self.login = login
        self.limiter = limiter
        self.proxies = proxies
    }

    /// - Returns: who has signed in, and what is left of the attempts.
    /// - Throws: ``APIError`` 401 or 429; `PostgresError`, `RedisError`.
    package func run(
        _ name: String, _ password: String, _ request: Request, _ context: ServiceRequestContext
    ) async throws -> (SignedIn, [APIError.Header]) {
        let address = context.clientAddress(of: request, trusting: proxies)
        let allowance = try await limiter.reserve(account: name.lowercased(), address: address)
        guard allowance.isAllowed else {
            throw APIError.tooManyRequests(retryAfter: allowance.resetAfter).adding(allowance.headers)
        }
        let device = SessionRepository.Device(userAgent: request.headers[.userAgent] ?? "", address: address)
        let signedIn = try await context.hashing {
            do {
                return try await login.signIn(name, password, device: device)
            } catch PasswordHashingError.overloaded(let retryAfter) {
                // Nobody has looked at the password.
                try? await limiter.release(allowance)
                throw PasswordHashingError.overloaded(retryAfter: retryAfter)
            }
        }
        guard let signedIn else { throw APIError.wrongCredentials.adding(allowance.headers) }
        return (signedIn, allowance.headers)
    }
}
