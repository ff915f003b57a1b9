import JSON

/// Asks Auth, on its private port, for the access token that stands for an API key.
package struct APIKeyExchange: Sendable {
    /// Where Auth's private port takes `{"key":…}`, and answers `{"access_token":…}` or 404.
    package static let path = "/internal/api-keys/exchange"

    private let auth: AuthPort

    package init(_ auth: AuthPort) { self.auth = auth }

    /// - Throws: `AuthenticationError.invalid` for a key that is not known, has expired, or whose account is not active;
    ///   `unavailable` when no instance can say.
    func token(for key: APIKey) async throws(AuthenticationError) -> String {
        let answer = try await auth.ask("POST", Self.path, "{\"key\":\(key.text.jsonEscaped)}", about: "an API key")
        guard let token = answer["access_token"]?.string else {
            throw .unavailable(reason: "Auth's answer for an API key has no token")
        }
        return token
    }
}
