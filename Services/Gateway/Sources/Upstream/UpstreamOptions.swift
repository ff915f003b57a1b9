/// How the gateway treats one service.
package struct UpstreamOptions: Sendable, Hashable {
    package var pool = UpstreamPoolLimits()
    package var admission = AdmissionLimits()
    package var retries = RetryBudget.Policy()
    /// Of each instance: failures in a row eject it.
    package var ejection = CircuitBreaker.Policy(failures: 5)
    /// The share of the instances that may be ejected at a time; the others are kept, however they fail.
    package var ejectedShare = 0.5
    /// Of the service as a whole: when nothing is answered any more, requests are refused at once for a moment.
    package var circuit = CircuitBreaker.Policy(failures: 20)

    package init() { circuit.longestPause = .seconds(4) }
}
