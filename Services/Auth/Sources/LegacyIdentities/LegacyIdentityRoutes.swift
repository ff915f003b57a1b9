import APIContract
package import Authentication
package import HTTPService
import HTTPTypes
package import Hummingbird
import JSON

/// What gateways ask on the private port about users of both sides of a migration.
package struct LegacyIdentityRoutes: Sendable {
    private let repository: LegacyIdentityRepository
    private let issuer: AccessTokenIssuer

    /// Of the token that stands for a user who signed in elsewhere, in seconds.
    private static let lifetime = 300

    package init(repository: LegacyIdentityRepository, issuer: AccessTokenIssuer) {
        self.repository = repository
        self.issuer = issuer
    }

    package func add(to router: Router<ServiceRequestContext>) {
        router.post("\(LegacyInquiry.standingPath)") { request, _ in try await standing(request) }
        router.get("\(LegacyInquiry.counterpartPath)/{id}") { _, context in try await counterpart(context) }
    }

    private func standing(_ request: Request) async throws -> Response {
        var body = ObjectValidator(try await request.jsonObject(upTo: 4096))
        let subject = body.string("subject", length: 1...LegacyTokenValidator.longestSubject)
        try body.finish()
        switch try await translated({ try await repository.identity(of: subject) }) {
        case nil: return Self.answer(#"{"standing":"unknown"}"#)
        case .ended: return Self.answer(#"{"standing":"ended"}"#)
        case .account(let standing, let legacyUserID):
            // It reaches what an API key reaches: nothing of the account itself.
            let token = try await issuer.issue(
                standing, sessionID: "legacy-\(legacyUserID)", scopes: Set(AccessScope.allCases),
                lifetime: Self.lifetime)
            return Self.answer(#"{"standing":"known","access_token":"\#(token)"}"#)
        }
    }

    private func counterpart(_ context: ServiceRequestContext) async throws -> Response {
        guard let text = context.parameters.get("id"), let id = Int(text), id > 0, String(id) == text else {
            throw APIError.notFound
        }
        guard let account = try await translated({ try await repository.counterpart(of: id) }) else {
            return Self.answer("{}")
        }
        return Self.answer(
            #"{"legacy_user_id":\#(account.legacyUserID),"subject":\#(account.subject.jsonEscaped)}"#)
    }

    private func translated<Value>(_ find: () async throws -> Value) async throws -> Value {
        do {
            return try await find()
        } catch {
            throw APIError.auth(error) ?? error
        }
    }

    private static func answer(_ json: String) -> Response { .json(json, headers: [.cacheControl: "no-store"]) }
}
