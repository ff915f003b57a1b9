import Postgres
import TestSupport

/// Clients that read and write at random while replicas fall behind, stop, and take over.
struct SimulatedHistory {
    private static let userCount = 3

    private var cluster: SimulatedCluster
    private var random: SeededGenerator
    private var tokens: [Int: Revision] = [:]
    private var checker: HistoryChecker
    private let clients: [HistoryClient]
    private var marks = 0
    private(set) var lossesTold = 0

    init(mutant: SimulatedCluster.Mutant, seed: UInt64) {
        cluster = SimulatedCluster(servers: 3, mutant: mutant, seed: seed)
        random = SeededGenerator(seed: ~seed)
        clients = (0..<Self.userCount * 3).map { id in
            HistoryClient(id: id, user: id % Self.userCount, keepsToken: id < Self.userCount * 2)
        }
        checker = HistoryChecker(
            clients: clients,
            stalenessBound: .milliseconds(SimulatedCluster.maximumStaleness + SimulatedCluster.cacheAge + 1))
    }

    var promotions: Int { cluster.promotions }
    var cacheHits: Int { cluster.cacheHits }

    /// - Parameter promotionsAllowed: otherwise no server is ever lost.
    mutating func run(steps: Int, promotionsAllowed: Bool = true) -> [HistoryChecker.Violation] {
        for _ in 0..<steps {
            cluster.pass(milliseconds: .random(in: 0...30, using: &random))
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<60: act(clients[.random(in: 0..<clients.count, using: &random)])
            case 60..<80: cluster.replicate(anyServer(), atMost: .random(in: 1...3, using: &random))
            case 80..<95: cluster.probe()
            case 95..<97: cluster.setPaused(anyServer(), true)
            case 97..<99: for server in cluster.servers.indices { cluster.setPaused(server, false) }
            default: if promotionsAllowed { cluster.promote(anyServer()) }
            }
        }
        let final = cluster.servers[cluster.primary].users.mapValues(\.marks)
        return checker.violations(final: final, promotions: cluster.promotions)
    }

    private mutating func anyServer() -> Int { .random(in: 0..<cluster.servers.count, using: &random) }

    private mutating func act(_ client: HistoryClient) {
        let told = client.keepsToken ? tokens[client.id] : nil
        let began = cluster.now
        let answer: SimulatedCluster.Answer
        var mark: String?
        if Int.random(in: 0..<3, using: &random) == 0 {
            marks += 1
            mark = "m\(marks)"
            answer = cluster.write("m\(marks)", user: client.user, told: told)
            if Bool.random(using: &random) { cluster.hear(ofChangeBy: client.user) }
        } else if Bool.random(using: &random) {
            answer = cluster.readThroughCache(user: client.user, told: told)
        } else {
            answer = cluster.read(
                user: client.user, told: told, isStrong: Int.random(in: 0..<20, using: &random) == 0)
        }
        switch answer {
        case .unavailable: return
        case .changesLost(let revision):
            tokens[client.id] = revision
            lossesTold += 1
            record(client, .toldOfLoss, began)
        case .rows(let shown, let revision):
            tokens[client.id] = revision
            if let mark { record(client, .wrote(mark), began) }
            record(client, .saw(shown), began)
        }
    }

    private mutating func record(_ client: HistoryClient, _ outcome: HistoryEvent.Outcome, _ began: Int) {
        checker.record(
            HistoryEvent(
                client: client.id, outcome: outcome, began: .milliseconds(began), ended: .milliseconds(cluster.now)))
    }
}
