package import Authentication
package import ServiceLifecycle

/// Keeps the signing keys of this process and what it verifies with as the folder of keys says, each second.
package struct SigningKeyWatch: Service {
    private let keys: SigningKeys
    private let verifier: TokenVerifier

    package init(_ keys: SigningKeys, _ verifier: TokenVerifier) {
        self.keys = keys
        self.verifier = verifier
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(1))
                if keys.refresh() { verifier.adopt(keys.published) }
            }
        }
    }
}
