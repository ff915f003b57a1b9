import Authentication

/// Whether every instance of Auth publishes a key.
package struct KeyPublication: Sendable {
    package struct Outcome: Sendable {
        /// Instances that answer, without the key.
        package var missing: [String] = []
        /// Instances that do not answer.
        package var silent: [String] = []
    }

    /// Auth reads its folder each second.
    private static let deadline = Duration.seconds(5)

    private let kid: String
    private let cluster: RunningCluster

    package init(_ kid: String, _ cluster: RunningCluster) {
        self.kid = kid
        self.cluster = cluster
    }

    /// Asks until all that answer have it, for five seconds at most.
    package func wait() async -> Outcome {
        let end = ContinuousClock.now + Self.deadline
        while true {
            let outcome = await ask()
            if outcome.missing.isEmpty || ContinuousClock.now > end { return outcome }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private func ask() async -> Outcome {
        var outcome = Outcome()
        for number in 1...max(1, cluster.description.options.auth) {
            let name = "\(ServiceKind.auth.rawValue)-\(number)"
            let port = cluster.ports.listen(.auth, number)
            let answer = await LoopbackHTTP.send("GET", port: port, path: "/.well-known/jwks.json")
            guard let answer, answer.status == 200, let keys = JSONWebKeySet(document: Array(answer.body.utf8)) else {
                outcome.silent.append(name)
                continue
            }
            if keys[kid] == nil { outcome.missing.append(name) }
        }
        return outcome
    }
}
