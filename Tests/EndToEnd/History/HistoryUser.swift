import JSON
import NIOHTTP1

/// A user whose set of marks is kept in one of several ways, so that every kind of statement is tried.
struct HistoryUser: Sendable {
    enum Storage: Sendable {
        /// Each mark is a strategy of this name; the set is the list.
        case strategies
        /// Each mark is a member of one strategy's parameters; the set is that strategy.
        case parameters(strategy: Int)
        /// Each mark is a version of one strategy; the set is its history.
        case versions(strategy: Int)
        /// Each mark is a strategy that was imported; the set is the export.
        case transfers
    }

    /// The ways, in turn.
    enum Kind: Int, CaseIterable, Sendable {
        case parameters, strategies, versions, transfers
    }

    /// As many as one page of a list or an export shows.
    private static let pageSize = 200

    let user: TestUser
    let storage: Storage

    static func make(_ cluster: ClusterUnderTest, _ kind: Kind) async throws -> HistoryUser {
        let user = try await TestUser.make(cluster)
        let storage: Storage =
            switch kind {
            case .parameters: .parameters(strategy: try await user.createStrategy("Marks"))
            case .strategies: .strategies
            case .versions: .versions(strategy: try await user.createStrategy("Marks"))
            case .transfers: .transfers
            }
        return HistoryUser(user: user, storage: storage)
    }

    /// Whether a read is an export, whose answer begins before it is whole.
    var isExported: Bool { if case .transfers = storage { true } else { false } }

    /// How many marks may be added.
    var room: Int {
        switch storage {
        // Of an export the first page alone is of its token's moment.
        case .strategies, .transfers: Self.pageSize
        // A change whose answer was lost may be there as well.
        case .versions: Self.pageSize / 2
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
        case .versions(let strategy):
            try await client.send(
                .PATCH, "/api/v1/strategies/\(strategy)",
                body: ("application/merge-patch+json", #"{"description":"\#(mark)"}"#))
        case .transfers:
            try await client.send(
                .POST, "/api/v1/strategies/import",
                body: ("application/x-ndjson", "{\"strategy_name\":\"\(mark)\"}\n"))
        }
    }

    func read(through client: APIClient, isStrong: Bool) async throws -> APIClient.Answer {
        let consistency = isStrong ? "consistency=strong" : ""
        return switch storage {
        case .strategies:
            try await client.get("/api/v1/strategies?limit=\(Self.pageSize)&sort=created_at&\(consistency)")
        case .parameters(let strategy): try await client.get("/api/v1/strategies/\(strategy)?\(consistency)")
        case .versions(let strategy):
            try await client.get("/api/v1/strategies/\(strategy)/versions?limit=\(Self.pageSize)&\(consistency)")
        case .transfers: try await client.get("/api/v1/strategies/export?\(consistency)")
        }
    }

    /// The set that an answer shows.
    func marks(_ answer: APIClient.Answer) -> Set<String> {
        switch storage {
        case .strategies: Set((answer.json.array ?? []).compactMap { $0.object?["strategy_name"]?.string })
        case .parameters: Set((answer["parameters"]?.object?.names ?? []).filter { $0.hasPrefix("m") })
        case .versions:
            Set(
                (answer.json.array ?? []).compactMap { $0.object?["description"]?.string }.filter { $0.hasPrefix("m") })
        case .transfers:
            Set(answer.text.matches(of: #/"strategy_name":"(m\d+)"/#).map { String($0.output.1) })
        }
    }
}
