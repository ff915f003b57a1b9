import Synchronization
import TestSupport

/// Collects what the clients of a history do, by one clock.
final class HistoryRecorder: Sendable {
    private struct State {
        var checker: HistoryChecker
        var lossesTold = 0
        var refused = 0
    }

    private let start = ContinuousClock.now
    private let state: Mutex<State>

    init(clients: [HistoryClient], stalenessBound: Duration) {
        state = Mutex(State(checker: HistoryChecker(clients: clients, stalenessBound: stalenessBound)))
    }

    var now: Duration { start.duration(to: .now) }
    var lossesTold: Int { state.withLock { $0.lossesTold } }
    var count: Int { state.withLock { $0.checker.count } }
    /// Answers 503: what the contract promises where nobody can answer.
    var refused: Int { state.withLock { $0.refused } }
    var checker: HistoryChecker { state.withLock { $0.checker } }

    func record(_ client: HistoryClient, _ outcome: HistoryEvent.Outcome, began: Duration) {
        let event = HistoryEvent(client: client.id, outcome: outcome, began: began, ended: now)
        state.withLock { state in
            state.checker.record(event)
            if outcome == .toldOfLoss { state.lossesTold += 1 }
        }
    }

    func noteRefusal() { state.withLock { $0.refused += 1 } }
}
