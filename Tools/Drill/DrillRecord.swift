/// What the load has seen of one fault. A value: whoever runs the load brings it the requests and the time.
package struct DrillRecord: Sendable {
    private(set) var answered: [DrillRequest.Kind: Int] = [:]
    /// How often each failure came, by kind of request.
    private(set) var failures: [DrillRequest.Kind: [String: Int]] = [:]
    /// Failed writes that were told nothing like “503, try again”.
    private(set) var unclearWrites: [String] = []
    private(set) var lastFailure: ContinuousClock.Instant?
    private(set) var slowestRead: Duration = .zero
    /// Names of strategies whose creation was acknowledged.
    private(set) var acknowledged: [String] = []
    /// Those whose creation was given up.
    private(set) var abandoned: [String] = []
    /// Requests that were answered since the last failure, by kind.
    private(set) var answeredSinceFailure: [DrillRequest.Kind: Int] = [:]

    package init() {}

    package mutating func add(_ request: DrillRequest, at time: ContinuousClock.Instant) {
        if request.kind == .read { slowestRead = max(slowestRead, request.duration) }
        guard let failure = request.outcome.failure else {
            answered[request.kind, default: 0] += 1
            answeredSinceFailure[request.kind, default: 0] += 1
            return
        }
        failures[request.kind, default: [:]][failure, default: 0] += 1
        guard request.kind != .login else { return }
        lastFailure = time
        answeredSinceFailure = [:]
        guard request.kind == .write else { return }
        if case .refused(503, _, canRetry: true) = request.outcome { return }
        unclearWrites.append(failure)
    }

    package mutating func acknowledge(_ name: String) { acknowledged.append(name) }
    package mutating func abandon(_ name: String) { abandoned.append(name) }

    func failed(_ kind: DrillRequest.Kind) -> Int { failures[kind]?.values.reduce(0, +) ?? 0 }

    /// Whether so much has been answered in a row that the fault seems to be over.
    package var isCalm: Bool { answeredSinceFailure[.read] ?? 0 >= 40 && answeredSinceFailure[.write] ?? 0 >= 8 }
}
