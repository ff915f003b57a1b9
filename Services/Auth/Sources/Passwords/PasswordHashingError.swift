/// Why a password was not hashed.
package enum PasswordHashingError: Error, Sendable, Equatable {
    /// Too many wait already; `retryAfter` in whole seconds.
    case overloaded(retryAfter: Int)
    /// Whoever asked went away before it was its turn.
    case cancelled
    /// The system gave no salt, or the process is stopping.
    case unavailable
}
