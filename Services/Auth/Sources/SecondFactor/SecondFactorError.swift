/// Why a second factor was not turned on or off, or does not let anybody in.
package enum SecondFactorError: Error, Sendable, Equatable {
    case alreadyEnabled
    case notEnabled
    /// There is no secret that waits to be confirmed.
    case notPending
    case wrongCode
    /// The code is right, and was taken before, or is older than one that was.
    case reusedCode
    /// So many codes were wrong that no other one is looked at now; `retryAfter` in whole seconds.
    case tooManyAttempts(retryAfter: Int)
    /// The stored secret opens under no key that this process has.
    case unreadableSecret
}
