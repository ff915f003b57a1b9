/// Decides whether a history kept the promises of consistency. Pure: it is told what happened, in each client's order.
package struct HistoryChecker: Sendable {
    package struct Violation: Hashable, Sendable, CustomStringConvertible {
        package enum Promise: String, Hashable, Sendable {
            /// What a client wrote was missing from what it read later.
            case readYourWrites
            /// What a client had read was missing from what it read later.
            case monotonicReads
            /// What had been there for longer than the bound was missing from what a client without a token read.
            case boundedStaleness
            /// What a client had been told of is gone, and no promotion explains it.
            case durability
            /// A client was told of a loss though all that it knew is there.
            case noFalseAlarm
        }

        package let promise: Promise
        package let client: Int
        package let marks: [HistoryEvent.Mark]
        package let at: Duration

        package var description: String {
            "\(promise.rawValue) of client \(client) at \(at): \(marks.prefix(5).joined(separator: ", "))"
        }
    }

    /// What one client may rely on.
    private struct Knowledge {
        var written: Set<HistoryEvent.Mark> = []
        var seen: Set<HistoryEvent.Mark> = []
        /// It holds a token of what it has not looked at yet.
        var isBlind = false
    }

    private let clients: [Int: HistoryClient]
    private let stalenessBound: Duration
    private var events: [HistoryEvent] = []

    /// - Parameter stalenessBound: promised to clients without a token.
    package init(clients: [HistoryClient], stalenessBound: Duration) {
        self.clients = Dictionary(clients.map { ($0.id, $0) }) { $1 }
        self.stalenessBound = stalenessBound
    }

    /// - Parameter event: later than all others of its client.
    package mutating func record(_ event: HistoryEvent) { events.append(event) }

    package var count: Int { events.count }

    /// The marks that were acknowledged or shown to anybody, and are not there in the end.
    package func lost(final: [Int: Set<HistoryEvent.Mark>]) -> Set<HistoryEvent.Mark> {
        var lost: Set<HistoryEvent.Mark> = []
        for event in events {
            let present = clients[event.client].flatMap { final[$0.user] } ?? []
            switch event.outcome {
            case .wrote(let mark): if !present.contains(mark) { lost.insert(mark) }
            case .saw(let marks): lost.formUnion(marks.subtracting(present))
            case .toldOfLoss: break
            }
        }
        return lost
    }

    /// - Parameters:
    ///   - final: each user's set as the primary shows it when all is over.
    ///   - promotions: how many there were.
    ///   - primaryAway: when there was no primary: that time does not count against the bound of staleness, for replicas that
    ///     were within it then go on answering.
    package func violations(
        final: [Int: Set<HistoryEvent.Mark>], promotions: Int, primaryAway: [Range<Duration>] = []
    ) -> [Violation] {
        var violations: [Violation] = []
        let lost = lost(final: final)
        if promotions == 0, !lost.isEmpty {
            violations.append(Violation(promise: .durability, client: 0, marks: lost.sorted(), at: .zero))
        }
        let acknowledged = acknowledged(besides: lost)
        var known: [Int: Knowledge] = [:]
        for event in events {
            guard let client = clients[event.client] else { continue }
            if client.keepsToken {
                check(event, client, &known[event.client, default: Knowledge()], lost, &violations)
            } else {
                check(event, client, acknowledged[client.user] ?? [], primaryAway, &violations)
            }
        }
        return violations
    }

    // MARK: With a token

    private func check(
        _ event: HistoryEvent, _ client: HistoryClient, _ known: inout Knowledge, _ lost: Set<HistoryEvent.Mark>,
        _ violations: inout [Violation]
    ) {
        switch event.outcome {
        case .wrote(let mark): known.written.insert(mark)
        case .saw(let marks):
            note(.readYourWrites, known.written.subtracting(marks), event, &violations)
            note(.monotonicReads, known.seen.subtracting(marks), event, &violations)
            known.seen.formUnion(marks)
            known.isBlind = false
        case .toldOfLoss:
            let gone = known.written.union(known.seen).intersection(lost)
            if gone.isEmpty, !known.isBlind {
                violations.append(Violation(promise: .noFalseAlarm, client: client.id, marks: [], at: event.ended))
            }
            // From here on the client relies on what it sees next.
            known = Knowledge(isBlind: true)
        }
    }

    private func note(
        _ promise: Violation.Promise, _ missing: Set<HistoryEvent.Mark>, _ event: HistoryEvent,
        _ violations: inout [Violation]
    ) {
        guard !missing.isEmpty else { return }
        violations.append(
            Violation(promise: promise, client: event.client, marks: missing.sorted(), at: event.ended))
    }

    // MARK: Without

    private struct Acknowledged {
        let mark: HistoryEvent.Mark
        let at: Duration
    }

    /// By user. Whether a lost change was seen or not says nothing about staleness.
    private func acknowledged(besides lost: Set<HistoryEvent.Mark>) -> [Int: [Acknowledged]] {
        var acknowledged: [Int: [Acknowledged]] = [:]
        for event in events {
            guard case .wrote(let mark) = event.outcome, !lost.contains(mark), let client = clients[event.client] else {
                continue
            }
            acknowledged[client.user, default: []].append(Acknowledged(mark: mark, at: event.ended))
        }
        return acknowledged
    }

    private func check(
        _ event: HistoryEvent, _ client: HistoryClient, _ acknowledged: [Acknowledged],
        _ primaryAway: [Range<Duration>], _ violations: inout [Violation]
    ) {
        guard case .saw(let marks) = event.outcome else { return }
        let missing = acknowledged.filter { change in
            guard change.at + stalenessBound <= event.began, !marks.contains(change.mark) else { return false }
            let away = primaryAway.reduce(Duration.zero) { sum, range in
                sum + max(.zero, min(range.upperBound, event.began) - max(range.lowerBound, change.at))
            }
            return change.at + stalenessBound + away <= event.began
        }
        note(.boundedStaleness, Set(missing.map(\.mark)), event, &violations)
    }
}
