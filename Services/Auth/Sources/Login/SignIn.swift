package import APIContract
package import HTTPService
import HTTPTypes
package import Hummingbird

/// A name and a password in a request: counted before they are looked at, whichever way they came. And the code that an
/// account may ask for besides.
package struct SignIn: Sendable {
    private let login: Login
    private let limits: LoginLimits
    private let secondFactor: SecondFactorLogin
    private let proxies: TrustedProxies

    package init(
        _ login: Login, limits: LoginLimits, secondFactor: SecondFactorLogin, proxies: TrustedProxies
    ) {
        self.login = login
        self.limits = limits
        self.secondFactor = secondFactor
        self.proxies = proxies
    }

    /// A login whose second step, where the account asks for one, is ``resume(_:code:_:_:)``.
    ///
    /// - Returns: who has signed in, and what is left of the attempts.
    /// - Throws: ``APIError`` 401 or 429; `PostgresError`, `RedisError`.
    package func run(
        _ name: String, _ password: String, _ request: Request, _ context: ServiceRequestContext
    ) async throws -> (SignedIn, [APIError.Header]) {
        let (outcome, headers) = try await begin(name, password, request, context)
        switch outcome {
        case .signedIn(let signedIn): return (signedIn, headers)
        case .refused: throw APIError.wrongCredentials.adding(headers)
        case .needsCode(let pending):
            throw APIError.mfaRequired(token: try secondFactor.token(of: pending)).adding(headers)
        }
    }

    /// A login in one step.
    ///
    /// - Parameter code: nil where there is none.
    /// - Returns and throws: as ``run(_:_:_:_:)``; ``SecondFactorError``.
    package func run(
        _ name: String, _ password: String, code: String?, _ request: Request, _ context: ServiceRequestContext
    ) async throws -> (SignedIn, [APIError.Header]) {
        let (outcome, headers) = try await begin(name, password, request, context)
        switch outcome {
        case .signedIn(let signedIn): return (signedIn, headers)
        case .refused: throw APIError.wrongCredentials.adding(headers)
        case .needsCode(let pending):
            guard let code else { throw APIError.mfaRequired().adding(headers) }
            guard let signedIn = try await finish(pending, code, request, context) else {
                throw APIError.wrongCredentials.adding(headers)
            }
            return (signedIn, headers)
        }
    }

    /// The second step of a login that was begun without a code.
    ///
    /// - Throws: ``APIError/invalidMFAToken``, ``SecondFactorError``, `PostgresError`, `RedisError`.
    package func resume(
        _ token: String, code: String, _ request: Request, _ context: ServiceRequestContext
    ) async throws -> SignedIn {
        guard let pending = secondFactor.pending(token),
            let signedIn = try await finish(pending, code, request, context)
        else { throw APIError.invalidMFAToken }
        return signedIn
    }

    private func begin(
        _ name: String, _ password: String, _ request: Request, _ context: ServiceRequestContext
    ) async throws -> (Login.Outcome, [APIError.Header]) {
        let device = device(of: request, context)
        let attempt = try await limits.begin(name, address: device.address)
        let outcome = try await context.hashing {
            try await login.signIn(name, password, device: device, counting: attempt)
        }
        return (outcome, attempt.pair.headers)
    }

    private func finish(
        _ pending: PendingLogin, _ code: String, _ request: Request, _ context: ServiceRequestContext
    ) async throws -> SignedIn? {
        do {
            return try await secondFactor.finish(pending, code, device: device(of: request, context))
        } catch SecondFactorError.wrongCode {
            throw APIError.invalidCode
        } catch SecondFactorError.reusedCode {
            throw APIError.codeReused
        }
    }

    private func device(of request: Request, _ context: ServiceRequestContext) -> SessionRepository.Device {
        SessionRepository.Device(
            userAgent: request.headers[.userAgent] ?? "",
            address: context.clientAddress(of: request, trusting: proxies), requestID: context.requestID)
    }
}
