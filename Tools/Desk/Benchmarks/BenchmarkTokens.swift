import Authentication
import FoundationEssentials
import LocalCluster

/// Access tokens for the users of a local cluster, signed with that cluster's own key: what signing in would give, without
/// hashing a password for each.
struct BenchmarkTokens {
    private let signer: AccessTokenSigner
    private let lifetime: Int

    /// - Parameter lifetime: in seconds.
    init(_ cluster: RunningCluster, lifetime: Int = 3600) throws {
        do {
            signer = AccessTokenSigner(
                keys: try SigningKeySet(directory: cluster.layout.keysFolder), issuer: "cryptodesk",
                audience: "cryptodesk-api")
        } catch {
            throw ClusterError("The cluster's signing key cannot be used: \(error).")
        }
        self.lifetime = lifetime
    }

    func token(for user: PreparedUsers.User) async throws -> String {
        let now = Int(Date.now.timeIntervalSince1970)
        return try await signer.sign(
            AccessToken(
                userID: user.id, tokenID: UUID().uuidString, sessionID: UUID().uuidString.lowercased(),
                epoch: user.epoch, role: .user, issuedAt: now, expiresAt: now + lifetime))
    }
}
