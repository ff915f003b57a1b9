import JSON

/// Asks Auth, on its private port, who somebody is on the other side of a migration.
package struct LegacyInquiry: Sendable {
    /// Takes `{"subject":…}`; answers `{"standing":"known","access_token":…}`, or `unknown` or `ended` alone.
    package static let standingPath = "/internal/legacy-identities"
    /// Before a user's number; answers `{"legacy_user_id":…,"subject":…}`, or `{}` for who has no account there.
    package static let counterpartPath = "/internal/legacy-accounts"

    private let auth: AuthPort
    private let verifier: TokenVerifier

    init(_ auth: AuthPort, verifier: TokenVerifier) {
        self.auth = auth
        self.verifier = verifier
    }

    func standing(of subject: String) async throws(AuthenticationError) -> LegacyIdentities.Standing {
        let answer = try await ask("POST", Self.standingPath, "{\"subject\":\(subject.jsonEscaped)}")
        switch answer["standing"]?.string {
        case "unknown": return .unknown
        case "ended": return .ended
        case "known":
            guard let text = answer["access_token"]?.string else { throw Self.unusable }
            let token: AccessToken
            do {
                token = try await verifier.verify(text)
            } catch {
                // Not the caller's fault, whatever is wrong with it.
                throw .unavailable(reason: "Auth's token for a user of the monolith's is not good: \(error)")
            }
            guard token.scopes != nil else { throw Self.unusable }
            return .known(text: text, token: token)
        default: throw Self.unusable
        }
    }

    func counterpart(of userID: Int) async throws(AuthenticationError) -> LegacyIdentities.Counterpart {
        let answer = try await ask("GET", "\(Self.counterpartPath)/\(userID)", nil)
        guard let id = answer["legacy_user_id"] else { return .none }
        guard let id = id.integer, let subject = answer["subject"]?.string else { throw Self.unusable }
        return .account(LegacyAccount(legacyUserID: id, subject: subject))
    }

    /// An Auth that does not know the path is no Auth that does not know the user.
    private func ask(
        _ method: String, _ path: String, _ body: String?
    ) async throws(AuthenticationError) -> JSONObject {
        do throws(AuthenticationError) {
            return try await auth.ask(method, path, body, about: "a user of both sides")
        } catch {
            guard case .invalid(let reason) = error else { throw error }
            throw .unavailable(reason: reason)
        }
    }

    private static let unusable = AuthenticationError.unavailable(
        reason: "Auth's answer about a user of both sides cannot be read")
}
