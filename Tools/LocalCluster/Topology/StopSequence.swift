/// How to end a process: signals in turn, each with the time that it is given, and SIGKILL last of all.
package struct StopSequence: Hashable, Sendable {
    package struct Step: Hashable, Sendable {
        package let signal: ProcessSignal
        package let grace: Duration
    }

    package let steps: [Step]

    package init(_ steps: (ProcessSignal, Duration)...) {
        self.steps = steps.map { Step(signal: $0.0, grace: $0.1) }
    }

    /// A service drains what is in flight after SIGTERM.
    package static let service = StopSequence((.terminate, .seconds(10)))
    /// SIGQUIT lets nginx finish its requests, SIGTERM cuts them off.
    package static let nginx = StopSequence((.quit, .seconds(5)), (.terminate, .seconds(2)))
    package static let redis = StopSequence((.terminate, .seconds(10)))
    static let etcd = StopSequence((.terminate, .seconds(5)))
    /// Patroni ends its PostgreSQL by a fast shutdown.
    static let patroni = StopSequence((.terminate, .seconds(30)))
    /// PostgreSQL: SIGINT is the fast shutdown, SIGQUIT the immediate one (recovery at the next start).
    package static let postgres = StopSequence((.interrupt, .seconds(20)), (.quit, .seconds(5)))
}
