import JSON
import NIOHTTP1
import Synchronization
import TestSupport

/// Seeded clients that read and write one cluster through its gateways, each of its own accord, and what they saw.
///
/// Three clients share each user: two give back their tokens, one never does.
final class RealHistory: Sendable {
    struct Unexpected: Error, CustomStringConvertible {
        let description: String
    }

    private static let userCount = 4
    private static let clientsOfUser = 3
    /// `REPLICA_MAX_STALENESS_MS`, as the cluster has it.
    private static let stalenessBound = Duration.seconds(1)

    private let cluster: ClusterUnderTest
    private let gateways: [String]
    private let users: [HistoryUser]
    private let clients: [HistoryClient]
    private let ignoresTokens: Bool
    private let seed: UInt64
    private let marks: Mutex<[Int: Int]> = Mutex([:])
    private let unexpected: Mutex<[String]> = Mutex([])
    let recorder: HistoryRecorder

    /// - Parameter ignoresTokens: the mutant. Nobody gives a token back, as if the services did not look at it.
    init(_ cluster: ClusterUnderTest, gateways: Int, seed: UInt64, ignoresTokens: Bool = false) async throws {
        self.cluster = cluster
        self.gateways = (1...gateways).map(cluster.gatewayURL)
        self.seed = seed
        self.ignoresTokens = ignoresTokens
        var users: [HistoryUser] = []
        for index in 0..<Self.userCount {
            let kinds = HistoryUser.Kind.allCases
            users.append(try await HistoryUser.make(cluster, kinds[index % kinds.count]))
        }
        self.users = users
        clients = (0..<Self.userCount * Self.clientsOfUser).map { id in
            HistoryClient(id: id, user: id / Self.clientsOfUser, keepsToken: id % Self.clientsOfUser > 0)
        }
        recorder = HistoryRecorder(clients: clients, stalenessBound: Self.stalenessBound)
    }

    /// Answers that the contract does not know, and connections that were cut off.
    var surprises: [String] { unexpected.withLock { $0 } }

    /// How many marks were added.
    var written: Int { marks.withLock { $0.values.reduce(0, +) } }

    /// Keeps the clients busy while `body` runs.
    func run(while body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for client in clients {
                tasks.addTask {
                    var random = SeededGenerator(seed: self.seed &+ UInt64(client.id) &* 0x9E37_79B9)
                    let memory = client.keepsToken && !self.ignoresTokens ? ConsistencyMemory() : nil
                    while !Task.isCancelled {
                        await self.act(client, memory, &random)
                        try? await Task.sleep(for: .milliseconds(Int.random(in: 5...40, using: &random)))
                    }
                }
            }
            try await body()
            tasks.cancelAll()
        }
    }

    /// Each user's set as the primary shows it.
    func final() async throws -> [Int: Set<HistoryEvent.Mark>] {
        var final: [Int: Set<HistoryEvent.Mark>] = [:]
        for (index, user) in users.enumerated() {
            let client = APIClient(cluster.baseURL, token: user.user.accessToken)
            let isAnswered = try await eventually(within: .seconds(60)) {
                let answer = try await user.read(through: client, isStrong: true)
                guard answer.status == 200 else { return false }
                final[index] = user.marks(answer)
                return true
            }
            guard isAnswered else { throw Unexpected(description: "nobody answers in the end") }
        }
        return final
    }

    // MARK: One client

    private func act(_ client: HistoryClient, _ memory: ConsistencyMemory?, _ random: inout SeededGenerator) async {
        let user = users[client.user]
        var api = APIClient(gateways.randomElement(using: &random) ?? cluster.baseURL, token: user.user.accessToken)
        api.consistency = memory
        let mark = Int.random(in: 0..<3, using: &random) == 0 ? newMark(client.user, room: user.room) : nil
        let isStrong = Int.random(in: 0..<20, using: &random) == 0
        let began = recorder.now
        do {
            if let mark {
                let answer = try await user.add(mark, through: api)
                note(answer, client, began: began) { _ in .wrote(mark) }
            } else {
                let answer = try await user.read(through: api, isStrong: isStrong)
                note(answer, client, began: began) { .saw(user.marks($0)) }
            }
        } catch {
            // What the end of the run cuts off says nothing.
            guard !Task.isCancelled else { return }
            // An export whose server is lost in the middle ends early: its client asks again.
            guard mark == nil, user.isExported, error is HTTPParserError else {
                return unexpected.withLock { $0.append("\(error)") }
            }
            recorder.noteRefusal()
        }
    }

    private func newMark(_ user: Int, room: Int) -> String? {
        marks.withLock { marks in
            let count = marks[user, default: 0]
            guard count < room else { return nil }
            marks[user] = count + 1
            return "m\(count)"
        }
    }

    private func note(
        _ answer: APIClient.Answer, _ client: HistoryClient, began: Duration,
        _ outcome: (APIClient.Answer) -> HistoryEvent.Outcome
    ) {
        switch (answer.status, answer["code"]?.string) {
        case (200, _), (201, _): recorder.record(client, outcome(answer), began: began)
        case (409, "changes_lost"): recorder.record(client, .toldOfLoss, began: began)
        case (503, _), (429, _): recorder.noteRefusal()
        default: unexpected.withLock { $0.append("\(answer.status) \(answer.text.prefix(200))") }
        }
    }
}
