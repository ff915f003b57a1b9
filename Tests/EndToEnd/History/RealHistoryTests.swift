import Foundation
import TestSupport
import Testing

/// What `SimulatedHistoryTests` checks over simulated servers, over real ones.
@Suite("Histories over a real cluster", .serialized)
struct RealHistoryTests {
    private static let gateways = 3
    private static let cluster = Task {
        try await ClusterUnderTest.start(["--gateways", "\(gateways)", "--replicas", "2"])
    }

    @Test("clients whose tokens are ignored are caught reading less than they wrote")
    func tokensIgnored() async throws {
        let cluster = try await Self.cluster.value
        let history = try await RealHistory(cluster, gateways: Self.gateways, seed: 1, ignoresTokens: true)
        var faults = HistoryFaults(cluster, seed: 1, of: history)
        try await history.run { try await faults.carryOut(.replicaLags) }
        let violations = history.recorder.checker.violations(final: try await history.final(), promotions: 0)
        #expect(Set(violations.map(\.promise)).isSuperset(of: [.readYourWrites, .monotonicReads]))
    }

    @Test(
        "no promise is broken while replicas lag, pause and die, and promotions lose what was confirmed",
        arguments: TestEnvironment.isSlow ? Array(1...5) : [1])
    func promisesHold(seed: UInt64) async throws {
        let cluster = try await Self.cluster.value
        let history = try await RealHistory(cluster, gateways: Self.gateways, seed: seed)
        var faults = HistoryFaults(cluster, seed: seed, of: history)
        let schedule = (0..<(TestEnvironment.isSlow ? 3 : 1)).flatMap { _ in
            HistoryFault.allCases.shuffled(using: &faults.random)
        }
        try await history.run {
            for fault in schedule { try await faults.carryOut(fault) }
        }
        let final = try await history.final()
        let checker = history.recorder.checker
        let violations = checker.violations(
            final: final, promotions: faults.promotions, primaryAway: faults.primaryAway)
        #expect(violations.isEmpty, "seed \(seed): \(violations.count), \(violations.prefix(5)); \(faults.timeline)")
        #expect(history.surprises.isEmpty, "\(history.surprises.prefix(5))")
        // Otherwise this would be a test of nothing.
        let lost = checker.lost(final: final)
        #expect(!lost.isEmpty && history.recorder.lossesTold > 0)
        print(
            "history \(seed): \(history.recorder.count) answers, \(faults.promotions) promotions, \(lost.count) changes "
                + "lost, \(history.recorder.lossesTold) times told, \(history.recorder.refused) requests refused")
    }
}
