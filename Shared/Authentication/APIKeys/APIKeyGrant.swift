/// The access token that stands for an API key for a short time.
package struct APIKeyGrant: Sendable, Equatable {
    /// The token, as services take it.
    package let text: String
    /// What it says; its `sid` is the key's own.
    package let token: AccessToken

    package init(text: String, token: AccessToken) {
        self.text = text
        self.token = token
    }
}
