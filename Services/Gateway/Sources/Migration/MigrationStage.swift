/// How far a route has come on its way from a monolith to the service that takes it over.
package enum MigrationStage: Sendable, Hashable, CustomStringConvertible {
    /// The monolith answers, and nobody else hears of it.
    case legacy
    /// The monolith answers, and the candidate is asked a part of the same, to compare.
    case shadow
    /// The candidate answers so many of a hundred users, 1 to 99.
    case canary(percent: Int)
    /// The candidate answers, and the monolith can still take over.
    case full
    /// The monolith is not there any more.
    case retired

    /// What ``advance`` goes through when it is not told otherwise.
    package static let steps = [1, 5, 25, 50]

    package static let names = ["legacy", "shadow", "canary", "full", "retired"]

    /// - Parameter percent: of a canary.
    package init?(name: String, percent: Int? = nil) {
        switch (name, percent) {
        case ("legacy", nil): self = .legacy
        case ("shadow", nil): self = .shadow
        case ("canary", let percent?) where (1...99).contains(percent): self = .canary(percent: percent)
        case ("full", nil): self = .full
        case ("retired", nil): self = .retired
        default: return nil
        }
    }

    package var name: String { Self.names[rank] }

    package var percent: Int? { if case .canary(let percent) = self { percent } else { nil } }

    package var description: String { name + (percent.map { " \($0) %" } ?? "") }

    /// Whether clients' own requests show how the candidate answers.
    package var isServedByCandidate: Bool { rank == 2 || rank == 3 }

    private var rank: Int {
        switch self {
        case .legacy: 0
        case .shadow: 1
        case .canary: 2
        case .full: 3
        case .retired: 4
        }
    }

    /// - Parameter percent: of the canary to go to, more than now; without it, the next of ``steps``.
    /// - Returns: `nil` where there is no such step.
    package func next(percent: Int? = nil) -> MigrationStage? {
        if let percent {
            guard self == .shadow || (self.percent ?? 100) < percent else { return nil }
            return MigrationStage(name: "canary", percent: percent)
        }
        switch self {
        case .legacy: return .shadow
        case .shadow: return .canary(percent: Self.steps[0])
        case .canary(let percent): return Self.steps.first { $0 > percent }.map { .canary(percent: $0) } ?? .full
        case .full: return .retired
        case .retired: return nil
        }
    }

    /// Where a stage goes that turned out wrong: no user is left on the candidate, and it is watched on where it was.
    package var previous: MigrationStage? {
        switch self {
        case .legacy, .retired: nil
        case .shadow: .legacy
        case .canary, .full: .shadow
        }
    }
}
