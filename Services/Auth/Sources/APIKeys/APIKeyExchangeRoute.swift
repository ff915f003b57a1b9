import APIContract
import Authentication
package import HTTPService
import HTTPTypes
package import Hummingbird

/// `POST /internal/api-keys/exchange` of the private port: gateways bring a key and get the token that stands for it.
package struct APIKeyExchangeRoute: Sendable {
    private let issuer: APIKeyIssuer

    package init(_ issuer: APIKeyIssuer) { self.issuer = issuer }

    package func add(to router: Router<ServiceRequestContext>) {
        router.post("\(APIKeyExchange.path)") { request, _ in try await exchange(request) }
    }

    private func exchange(_ request: Request) async throws -> Response {
        var body = ObjectValidator(try await request.jsonObject(upTo: 1024))
        let text = body.string("key", length: 1...100)
        try body.finish()
        guard let key = APIKey(text) else { throw APIError.notFound }
        do {
            guard let token = try await issuer.token(for: key) else { throw APIError.notFound }
            return .json("{\"access_token\":\"\(token)\"}", headers: [.cacheControl: "no-store"])
        } catch {
            throw APIError.auth(error) ?? error
        }
    }
}
