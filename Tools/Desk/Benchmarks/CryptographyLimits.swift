import Authentication
import FoundationEssentials
import LocalCluster

/// What this machine's cores, all together, can do at most of the two operations that Auth spends them on.
struct CryptographyLimits {
    /// RS256 with 2048 bits, by the code that signs access tokens.
    let signaturesPerSecond: Double
    /// bcrypt, at the cost asked for.
    let hashesPerSecond: Double

    static func measure(cost: Int, for duration: Duration) async throws -> CryptographyLimits {
        let signer = AccessTokenSigner(
            keys: try SigningKeySet(keys: [.generate()]), issuer: "cryptodesk", audience: "cryptodesk-api")
        let now = Int(Date.now.timeIntervalSince1970)
        let signatures = try await onEveryCore(for: duration) {
            _ = try await signer.sign(
                AccessToken(
                    userID: 1, tokenID: UUID().uuidString, sessionID: UUID().uuidString, epoch: 0, role: .user,
                    issuedAt: now, expiresAt: now + 900))
        }
        let hashes = try await onEveryCore(for: duration) {
            _ = try PasswordHash.bcrypt(PreparedUsers.password, cost: UInt(cost))
        }
        return CryptographyLimits(signaturesPerSecond: signatures, hashesPerSecond: hashes)
    }

    /// How often `work` is done in a second, with as many at a time as there are cores.
    private static func onEveryCore(
        for duration: Duration, _ work: @escaping @Sendable () async throws -> Void
    ) async throws -> Double {
        let start = ContinuousClock.now
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                group.addTask {
                    var count = 0
                    while start.duration(to: .now) < duration {
                        try await work()
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(count) / (start.duration(to: .now) / .seconds(1))
    }
}
