package import JSON

// What checks and requests find out about the instances.
extension UpstreamGroup {
    /// What a request passed as, when it went to something that had failed.
    struct Trials: Sendable {
        var ofInstance = false
        var ofService = false
    }

    // MARK: Checks

    /// - Returns: what changed, and whether the next check should come soon; `nil` when the instance is no longer a member.
    package func checked(
        _ member: UpstreamMember, _ finding: EndpointHealth.Finding, report: JSONObject? = nil
    ) -> (change: EndpointHealth.Status?, checkSoon: Bool)? {
        change { state in
            state.table.update(member) { instance in
                let before = instance.health.status
                let checkSoon = instance.health.checked(finding)
                instance.report = report
                let after = instance.health.status
                return (after == before ? nil : after, checkSoon)
            }
        }
    }

    // MARK: Requests

    /// - Returns: whether the endpoint was in use until now.
    package func connectFailed(_ member: UpstreamMember) -> Bool {
        change { state in
            state.table.update(member) { instance in
                let wasUsed = instance.health.status != .unreachable
                instance.health.connectFailed()
                return wasUsed
            } ?? false
        }
    }

    /// A request was answered. To be told only while ``isTroubled``.
    func answered(_ member: UpstreamMember, _ trials: Trials, now: Int) {
        change { state in
            _ = state.table.succeeded(member, isTrial: trials.ofInstance, now: now)
            state.circuit.succeeded(isTrial: trials.ofService, now: now)
        }
    }

    /// A request failed on an instance: its connection broke, or no answer came in time.
    ///
    /// - Returns: whether the instance was ejected by it.
    func failed(_ member: UpstreamMember, _ trials: Trials, now: Int) -> Bool {
        change { state in
            state.circuit.failed(isTrial: trials.ofService, now: now)
            return state.table.failed(member, isTrial: trials.ofInstance, now: now)
        }
    }

    /// An instance takes much longer than the others.
    ///
    /// - Returns: whether it was ejected by it.
    func isSlow(_ member: UpstreamMember, now: Int) -> Bool {
        change { $0.table.isSlow(member, now: now) }
    }

    /// An ejected instance that this request may try.
    func trial(among candidates: EndpointSet, isRepeatable: Bool, now: Int) -> Int? {
        change { $0.table.trial(among: candidates, isRepeatable: isRepeatable, now: now) }
    }

    /// Whether a request may go to the service at all, asked while not ``takesAll``.
    func lets(isRepeatable: Bool, now: Int) -> CircuitBreaker.Passage? {
        change { $0.circuit.lets(now: now, isRepeatable: isRepeatable) }
    }
}
