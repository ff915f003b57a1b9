/// Counts codes of second factors by account, before they are looked at. One that is right does not count.
package struct SecondFactorAttempts: Sendable {
    private let limiter: LoginLimiter

    package init(_ limiter: LoginLimiter) { self.limiter = limiter }

    /// - Parameter attempt: throws ``SecondFactorError/wrongCode`` or ``SecondFactorError/reusedCode`` for what counts.
    /// - Throws: ``SecondFactorError/tooManyAttempts(retryAfter:)``, `RedisError`, and what `attempt` throws.
    package func counting<R: Sendable>(_ userID: Int, _ attempt: () async throws -> R) async throws -> R {
        let allowance = try await limiter.reserve(account: "code of \(userID)")
        guard allowance.isAllowed else {
            throw SecondFactorError.tooManyAttempts(retryAfter: allowance.resetAfter)
        }
        do {
            let result = try await attempt()
            try? await limiter.release(allowance)
            return result
        } catch let error as SecondFactorError {
            throw error
        } catch {
            // Nobody has looked at the code.
            try? await limiter.release(allowance)
            throw error
        }
    }
}
