import Postgres
import Testing

@Suite("The state of a pipelined connection")
struct PipelineStateTests {
    private static let statement = Statement("s", "SELECT 1")

    /// What a result means, in one word, for comparing.
    private static func word(_ action: PipelineState<Int>.Action) -> String {
        switch action {
        case .none: "none"
        case .succeed(let query): "succeed \(query)"
        case .fail(let query): "fail \(query)"
        case .skipped(let query): "skipped \(query)"
        case .prepared(let statement): "prepared \(statement.name)"
        case .notPrepared(let statement): "not prepared \(statement.name)"
        case .synced: "synced"
        case .violation: "violation"
        }
    }

    private static func run(
        _ sent: [PipelineState<Int>.Expectation], _ received: [PipelineState<Int>.Received]
    ) -> [String] {
        var state = PipelineState<Int>()
        for expectation in sent { state.sent(expectation) }
        return received.map { word(state.received($0)) }.filter { $0 != "none" }
    }

    @Test("a batch of reads is answered in order, then synced")
    func batch() {
        let actions = Self.run(
            [.setting(1), .query(1), .setting(2), .query(2), .sync],
            [
                .success, .endOfMessage, .success, .endOfMessage, .success, .endOfMessage, .success, .endOfMessage,
                .sync,
            ])
        #expect(actions == ["succeed 1", "succeed 2", "synced"])
    }

    @Test("a failed query is told so, and the neighbours behind it are skipped")
    func failureSkipsNeighbours() {
        let actions = Self.run(
            [.query(1), .setting(2), .query(2), .query(3), .sync],
            [
                .error, .endOfMessage, .aborted, .endOfMessage, .aborted, .endOfMessage, .aborted, .endOfMessage,
                .sync,
            ])
        #expect(actions == ["fail 1", "skipped 2", "skipped 3", "synced"])
    }

    @Test("a caller that cannot be set fails the query, before its rows are asked for")
    func failedSetting() {
        let actions = Self.run(
            [.setting(1), .query(1), .sync], [.error, .endOfMessage, .aborted, .endOfMessage, .sync])
        #expect(actions == ["fail 1", "skipped 1", "synced"])
    }

    @Test("a statement that cannot be prepared is told apart from one that can")
    func preparation() {
        let sent: [PipelineState<Int>.Expectation] = [.prepare(Self.statement), .sync]
        #expect(Self.run(sent, [.success, .endOfMessage, .sync]) == ["prepared s", "synced"])
        #expect(Self.run(sent, [.error, .endOfMessage, .sync]) == ["not prepared s", "synced"])
    }

    @Test(
        "an answer that fits nothing that was sent is a violation",
        arguments: [
            [PipelineState<Int>.Received.sync],
            [.success, .success],
            [.endOfMessage],
            [.success, .endOfMessage, .success],
        ])
    func violations(received: [PipelineState<Int>.Received]) {
        #expect(Self.run([.query(1), .sync], received).last == "violation")
    }

    @Test("a lost connection gives back exactly the queries without an answer")
    func abandoning() {
        var state = PipelineState<Int>()
        for expectation: PipelineState<Int>.Expectation in [.query(1), .sync, .setting(2), .query(2), .sync, .query(3)]
        {
            state.sent(expectation)
        }
        _ = state.received(.success)
        #expect(state.abandon() == [2, 3])
        #expect(state.isEmpty && state.syncsInFlight == 0)
    }
}
