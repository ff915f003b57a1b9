import JSON
import NIOHTTP1

/// A user whose set of marks is kept in one of two ways, so that both kinds of statement are tried.
struct HistoryUser: Sendable {
    enum Storage: Sendable {
        /// Each mark is a strategy of this name; the set is the list.
        case strategies
        /// Each mark is a member of one strategy's parameters; the set is that strategy.
        case parameters(strategy: Int)
    }

    /// As many as one page of the list shows.
    private static let mostStrategies = 200

    let user: TestUser
    let storage: Storage

    static func make(_ cluster: ClusterUnderTest, inOneStrategy: Bool) async throws -> HistoryUser {
        let user = try await TestUser.make(cluster)
        guard inOneStrategy else { return HistoryUser(user: user, storage: .strategies) }
        return HistoryUser(user: user, storage: .parameters(strategy: try await user.createStrategy("Marks")))
    }

    /// How many marks may be added.
    var room: Int {
        switch storage {
        case .strategies: Self.mostStrategies
        case .parameters: 2000
        }
    }

    func add(_ mark: String, through client: APIClient) async throws -> APIClient.Answer {
        switch storage {
        case .strategies:
            try await client.post("/api/v1/strategies", json: #"{"strategy_name":"\#(mark)","parameters":{}}"#)
        case .parameters(let strategy):
            try await client.send(
                .PATCH, "/api/v1/strategies/\(strategy)",
                body: ("application/merge-patch+json", #"{"parameters":{"\#(mark)":true}}"#))
        }
    }

    func read(through client: APIClient, isStrong: Bool) async throws -> APIClient.Answer {
        let consistency = isStrong ? "consistency=strong" : ""
        return switch storage {
        case .strategies:
            try await client.get("/api/v1/strategies?limit=\(Self.mostStrategies)&sort=created_at&\(consistency)")
        case .parameters(let strategy): try await client.get("/api/v1/strategies/\(strategy)?\(consistency)")
        }
    }

    /// The set that an answer shows.
    func marks(_ answer: APIClient.Answer) -> Set<String> {
        switch storage {
        case .strategies: Set((answer.json.array ?? []).compactMap { $0.object?["strategy_name"]?.string })
        case .parameters: Set((answer["parameters"]?.object?.names ?? []).filter { $0.hasPrefix("m") })
        }
    }
}
