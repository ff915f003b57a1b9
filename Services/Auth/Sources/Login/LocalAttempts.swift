package import Redis
import Synchronization

/// Counts the attempts of this instance while Redis, which counts them for all instances, is away or too slow.
///
/// Each instance lets through its share of a limit, so that all together let through no more than the limit. All limiters of
/// a process share one.
package final class LocalAttempts: Sendable {
    package let breaker = RedisBreaker()
    private let instances: Int
    private let log: Mutex<AttemptLog>

    /// - Parameters:
    ///   - instances: of Auth, all that there are.
    ///   - capacity: attempts that are remembered at once; about 100 bytes each.
    package init(instances: Int, capacity: Int = 100_000) {
        self.instances = max(1, instances)
        log = Mutex(AttemptLog(capacity: capacity))
    }

    /// This instance's share of a limit: at least one attempt.
    package func share(of limit: Int) -> Int { max(1, limit / instances) }

    /// Reserves one of a key's attempts out of this instance's share.
    ///
    /// - Parameter window: in seconds.
    /// - Throws: `RedisError`: there is no room to count it, so there must not be another one.
    func reserve(
        _ reservation: LoginAllowance.Reservation, limit: Int, window: Int
    ) throws(RedisError) -> AttemptLog.Answer {
        let now = ContinuousClock.now
        let answer = log.withLock {
            $0.reserve(
                reservation.key, member: reservation.member, limit: share(of: limit), window: .seconds(window), now: now
            )
        }
        guard let answer else { throw RedisError(.unavailable, "it is away, and too many attempts are counted here") }
        return answer
    }

    func release(_ reservation: LoginAllowance.Reservation) {
        log.withLock { $0.release(reservation.key, member: reservation.member) }
    }

    /// Whether an attempt of the key that Redis knows nothing of still counts.
    func holds(_ key: String) -> Bool {
        let now = ContinuousClock.now
        return log.withLock { $0.holds(key, now: now) }
    }
}
