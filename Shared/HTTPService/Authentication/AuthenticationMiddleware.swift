import APIContract
package import Authentication
package import Hummingbird
import Logging

/// Lets only requests with a good access token through, and puts the token into the context.
///
/// Identity headers that come along are of no meaning: a service reached without the gateway is as strict as behind it.
package struct AuthenticationMiddleware<Authenticator: AccessTokenAuthenticator>: RouterMiddleware {
    package typealias Context = ServiceRequestContext

    private let authenticator: Authenticator
    private let resource: ScopedResource?

    /// - Parameter resource: what API keys may have scopes for; without it none is let in.
    package init(_ authenticator: Authenticator, resource: ScopedResource? = nil) {
        self.authenticator = authenticator
        self.resource = resource
    }

    package func handle(
        _ request: Request, context: ServiceRequestContext,
        next: @concurrent (Request, ServiceRequestContext) async throws -> Response
    ) async throws -> Response {
        guard let token = AccessTokenCredential.find(in: request.headers) else { throw APIError.unauthorized }
        var context = context
        let caller: AccessToken
        do {
            caller = try await authenticator.authenticate(token)
        } catch .unavailable(let reason) {
            context.requestLogger(for: request).warning("Cannot authenticate", metadata: ["reason": "\(reason)"])
            throw APIError.unavailable(.authenticationUnavailable, "Authentication is not available at the moment")
        } catch {
            throw APIError.unauthorized
        }
        let isSafe = [.get, .head, .options].contains(request.method)
        guard caller.permits(resource, changing: !isSafe) else { throw APIError.forbidden }
        context.caller = caller
        return try await next(request, context)
    }
}

extension AuthenticationMiddleware where Authenticator == RevocableTokenAuthenticator {
    package init(verifier: TokenVerifier, revocations: RevocationWatch, resource: ScopedResource? = nil) {
        self.init(RevocableTokenAuthenticator(verifier: verifier, revocations: revocations), resource: resource)
    }
}
