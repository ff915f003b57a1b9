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
        case .hold: "hold"
        case .confirmed(let query): "confirmed \(query)"
        case .doubtful(let query): "doubtful \(query)"
        case .fail(let query): "fail \(query)"
        case .skipped(let query): "skipped \(query)"
        case .prepared(let statement): "prepared \(statement.name)"
        case .notPrepared(let statement): "not prepared \(statement.name)"
        case .synced: "synced"
        case .lost: "lost"
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

    // MARK: Writes

    @Test("a write's result is its answer once the sync has been answered, and not before")
    func confirmed() {
        let actions = Self.run(
            [.setting(1), .write(1), .sync, .query(2), .sync],
            [.success, .endOfMessage, .success, .endOfMessage, .sync, .success, .endOfMessage, .sync])
        #expect(actions == ["hold", "confirmed 1", "succeed 2", "synced"])
    }

    @Test("an error at the sync is the write's answer, and concerns nothing behind it")
    func errorAtSync() {
        let actions = Self.run(
            [.write(1), .sync, .write(2), .sync],
            [
                .success, .endOfMessage, .error, .endOfMessage, .sync, .success, .endOfMessage, .sync,
            ])
        #expect(actions == ["hold", "fail 1", "synced", "hold", "confirmed 2"])
    }

    @Test("an error at the sync of reads, which have their answers, is nobody's")
    func errorAtSyncOfReads() {
        let actions = Self.run(
            [.query(1), .sync], [.success, .endOfMessage, .error, .endOfMessage, .sync])
        #expect(actions == ["succeed 1", "synced"])
    }

    @Test("a failed write is told so at once, and its sync confirms nothing")
    func failedWrite() {
        #expect(Self.run([.write(1), .sync], [.error, .endOfMessage, .sync]) == ["fail 1", "synced"])
    }

    @Test("a write whose commit was not waited for on a replica is doubtful, and the next one is not")
    func doubtful() {
        var state = PipelineState<Int>()
        for expectation: PipelineState<Int>.Expectation in [.write(1), .sync, .write(2), .sync] {
            state.sent(expectation)
        }
        // libpq reads notices ahead: this one came after the result that is still to be taken.
        state.replicationWaitCancelled()
        let received: [PipelineState<Int>.Received] = [
            .success, .endOfMessage, .sync, .success, .endOfMessage, .sync,
        ]
        let actions = received.map { Self.word(state.received($0)) }.filter { $0 != "none" }
        #expect(actions == ["hold", "doubtful 1", "hold", "confirmed 2"])
    }

    // MARK: Lost connections

    /// The queries that may have been executed, and those that were not.
    private struct Left: Equatable {
        let mayBeDone: [Int]
        let notDone: [Int]

        init(_ mayBeDone: [Int], _ notDone: [Int]) {
            self.mayBeDone = mayBeDone
            self.notDone = notDone
        }
    }

    /// What is left after these messages and answers.
    private static func left(
        _ sent: [PipelineState<Int>.Expectation], _ received: [PipelineState<Int>.Received]
    ) -> Left {
        var state = PipelineState<Int>()
        for expectation in sent { state.sent(expectation) }
        for result in received { _ = state.received(result) }
        let left = state.abandon()
        #expect(state.isEmpty && state.syncsInFlight == 0 && state.unanswered.isEmpty)
        return Left(left.filter(\.mayBeDone).map(\.query), left.filter { !$0.mayBeDone }.map(\.query))
    }

    private static var mixed: [PipelineState<Int>.Expectation] {
        [.query(1), .sync, .setting(2), .write(2), .sync, .write(3), .sync]
    }

    @Test("a lost connection gives back exactly the queries without an answer")
    func abandoning() {
        #expect(Self.left(Self.mixed, [.success]) == Left([2, 3], []))
    }

    @Test("a server that ends the connection has done nothing from its last answer on")
    func fatal() {
        #expect(Self.left(Self.mixed, [.fatal]) == Left([], [1, 2, 3]))
        #expect(Self.left(Self.mixed, [.success, .endOfMessage, .fatal]) == Left([], [2, 3]))
        #expect(Self.left(Self.mixed, [.success, .endOfMessage, .sync, .fatal]) == Left([], [2, 3]))
        #expect(
            Self.left(Self.mixed, [.success, .endOfMessage, .sync, .success, .endOfMessage, .fatal])
                == Left([], [2, 3]))
    }

    @Test("a write whose result came and whose sync did not may be committed")
    func fatalAtSync() {
        let upToResult: [PipelineState<Int>.Received] = [.success, .endOfMessage, .fatal]
        #expect(Self.left([.write(1), .sync, .write(2), .sync], upToResult) == Left([1], [2]))
        #expect(Self.left([.write(1), .sync, .write(2), .sync], [.success, .cut]) == Left([1, 2], []))
    }

    @Test("a connection that is cut in the middle of an answer may have done everything")
    func cut() {
        #expect(Self.run([.query(1), .sync], [.cut]) == ["lost"])
        #expect(Self.left(Self.mixed, [.cut]) == Left([1, 2, 3], []))
    }

    @Test("a write in whose place the sync's error came is not given back")
    func failedAtSync() {
        #expect(Self.left([.write(1), .sync], [.success, .endOfMessage, .error, .cut]) == Left([], []))
    }
}
