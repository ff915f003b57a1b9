package import Redis

/// Counts codes of second factors by account, before they are looked at. One that is right does not count.
///
/// Five a minute alone would be 7,200 guesses a day at three codes in a million. Recovery codes, which nobody guesses, count apart:
/// they let an owner in while somebody who has the password guesses.
package struct SecondFactorAttempts: Sendable {
    private let inMinute: LoginLimiter
    private let inHour: LoginLimiter

    /// - Parameters:
    ///   - local: counts while Redis is away.
    ///   - cluster: tells clusters that share a Redis apart.
    package init(redis: RedisClient, local: LocalAttempts, cluster: String) {
        inMinute = LoginLimiter(redis: redis, local: local, cluster: cluster, policy: "code", limit: 5)
        inHour = LoginLimiter(
            redis: redis, local: local, cluster: cluster, policy: "code-hour", limit: 30, window: 3600)
    }

    /// - Parameter attempt: throws ``SecondFactorError/wrongCode`` or ``SecondFactorError/reusedCode`` for what counts.
    /// - Throws: ``SecondFactorError/tooManyAttempts(retryAfter:)``, `RedisError`, and what `attempt` throws.
    package func counting<R: Sendable>(
        _ code: SecondFactorCode?, of userID: Int, _ attempt: () async throws -> R
    ) async throws -> R {
        let isRecovery = if case .recovery = code { true } else { false }
        let account = (isRecovery ? "recovery code of " : "code of ") + String(userID)
        let (minute, hour) = try await reserve(account)
        do {
            let result = try await attempt()
            await release(minute, hour)
            return result
        } catch let error as SecondFactorError where [.wrongCode, .reusedCode].contains(error) {
            throw error
        } catch {
            // Nobody has looked at the code.
            await release(minute, hour)
            throw error
        }
    }

    private func reserve(_ account: String) async throws -> (LoginAllowance, LoginAllowance) {
        let minute = try await inMinute.reserve(account: account)
        guard minute.isAllowed else { throw SecondFactorError.tooManyAttempts(retryAfter: minute.resetAfter) }
        let hour = try await inHour.reserve(account: account)
        guard hour.isAllowed else {
            try? await inMinute.release(minute)
            throw SecondFactorError.tooManyAttempts(retryAfter: hour.resetAfter)
        }
        return (minute, hour)
    }

    /// What cannot be given back counts, which is the safe side.
    private func release(_ minute: LoginAllowance, _ hour: LoginAllowance) async {
        try? await inMinute.release(minute)
        try? await inHour.release(hour)
    }
}
