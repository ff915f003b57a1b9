/// Why there is no new API key.
package enum APIKeyError: Error, Sendable, Equatable {
    /// The account has as many as it may have.
    case tooMany
}
