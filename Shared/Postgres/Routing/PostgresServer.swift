import Logging
import Synchronization
import Tracing

/// One server: connections for statements, and one more for questions about its state, which never wait behind them.
final class PostgresServer: Sendable {
    let client: PostgresClient
    private let prober: PostgresClient
    private let inFlightCount = Atomic<Int>(0)

    init(
        configuration: PostgresConfiguration, probeDeadline: Duration, tracer: (any Tracer)?, logger: Logger
    ) throws(PostgresError) {
        client = try PostgresClient(configuration: configuration, tracer: tracer, logger: logger)
        var quiet = logger
        // What it finds out is logged as a change of the server's state.
        quiet.logLevel = .critical
        prober = try PostgresClient(configuration: configuration.forProbing(deadline: probeDeadline), logger: quiet)
    }

    /// Statements that it has not answered.
    var inFlight: Int { inFlightCount.load(ordering: .relaxed) }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.client.run() }
            group.addTask { try await self.prober.run() }
            try await group.waitForAll()
        }
    }

    /// Asks the server for its state.
    func probe() async throws(PostgresError) -> ServerReport {
        try ServerReport(await prober.read(ServerReport.question))
    }

    /// Raises the heartbeat; `nil` when somebody else has done so within `interval`.
    func raiseBeat(interval: Duration) async throws(PostgresError) -> Int? {
        try await prober.write(ServerReport.raiseBeat, [.integer(interval.milliseconds)]).integer(0, 0)
    }

    /// Executes a statement once, and gives up waiting at the deadline.
    func ask(
        _ statement: Statement, _ parameters: EncodedParameters, caller: Caller, kind: PendingQuery.Kind,
        deadline: ContinuousClock.Instant
    ) async throws(PostgresError) -> PostgresRows {
        inFlightCount.add(1, ordering: .relaxed)
        defer { inFlightCount.subtract(1, ordering: .relaxed) }
        return try await client.submit(
            PendingQuery(
                statement: statement, parameters: parameters, caller: caller, kind: kind, deadline: deadline))
    }

    /// Executes a read once, and delivers its answer on the thread of the connections.
    ///
    /// - Returns: false when the client has stopped, and nothing will ever be delivered.
    func ask(
        _ statement: Statement, _ parameters: EncodedParameters, caller: Caller, deadline: ContinuousClock.Instant,
        deliver: @escaping @Sendable (Result<PostgresRows, PostgresError>) -> Void
    ) -> Bool {
        inFlightCount.add(1, ordering: .relaxed)
        let span = client.tracing?.begin(statement)
        let answer = Answer<PostgresRows> { [self] outcome in
            inFlightCount.subtract(1, ordering: .relaxed)
            span?.end(with: outcome)
            deliver(outcome)
        }
        let isAccepted = client.post(
            PendingQuery(
                statement: statement, parameters: parameters, caller: caller, kind: .read, deadline: deadline,
                answer: answer))
        if !isAccepted { inFlightCount.subtract(1, ordering: .relaxed) }
        return isAccepted
    }
}
