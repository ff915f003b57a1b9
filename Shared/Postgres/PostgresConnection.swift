import CLibPQ
import Reactor

/// A query as the reactor's thread carries it about.
struct Dispatched {
    let query: PendingQuery
    /// It failed only because of a neighbour, or its connection was lost: sent once more, alone.
    var isRetry = false
    /// Its prepared statement was out of date: prepared anew, and sent once more.
    var isPreparedAnew = false
}

/// One libpq connection in pipeline mode. Lives on the reactor's thread and never blocks it.
final class PostgresConnection {
    enum Event {
        case becameReady
        /// A query was skipped or lost and may be sent again elsewhere.
        case resend(Dispatched)
        /// A query was refused because its prepared statement is out of date: to be sent again on this connection.
        case prepareAnew(Dispatched)
        /// The connection is of no use any more; it has been closed.
        case lost(String)
    }

    private static let setCaller = Statement(
        "cryptodesk_set_caller", "SELECT set_config('cryptodesk.user_id', $1, true)")
    private static let setCallerAndEpoch = Statement(
        "cryptodesk_set_caller_and_epoch",
        "SELECT set_config('cryptodesk.user_id', $1, true), set_config('cryptodesk.write_epoch', $2, true)")

    private let handle: OpaquePointer
    private var descriptor: Int32 = -1
    private var pipeline = PipelineState<Dispatched>()
    private var prepared: Set<String> = []
    private var preparationErrors: [String: PostgresError] = [:]
    /// Statements that the server holds in a form that is out of date.
    private var outdated: Set<String> = []
    /// The result of a write, until its sync has been answered.
    private var heldRows: PostgresRows?
    private(set) var isReady = false
    /// When the server last said something, or had nothing left to say.
    private(set) var lastProgress = ContinuousClock.now
    var lease: LeaseID?
    /// The reads behind the statement that stalls it have been sent elsewhere as well.
    var isRescued = false

    /// Begins to dial.
    ///
    /// - Returns: `nil` when libpq has no memory for it.
    init?(keywords: [String: String], poller: borrowing Poller) {
        let pairs = keywords.sorted { $0.key < $1.key }
        let started = pairs.map(\.key).withCStrings { names in
            pairs.map(\.value).withCStrings { values in PQconnectStartParams(names, values, 0) }
        }
        guard let started else { return nil }
        handle = started
        PQsetNoticeReceiver(handle, Self.receiveNotice, Unmanaged.passUnretained(self).toOpaque())
        if PQstatus(handle) != CONNECTION_BAD { watchSocket(for: .write, poller: poller) }
    }

    deinit { PQfinish(handle) }

    var hasFailed: Bool { PQstatus(handle) == CONNECTION_BAD }
    var syncsInFlight: Int { pipeline.syncsInFlight }
    var isIdle: Bool { pipeline.isEmpty }
    var unanswered: [Dispatched] { pipeline.unanswered }
    var writesInFlight: Int { pipeline.writesInFlight }

    /// Whether the server has been at the same statement for so long that others had better not wait behind it.
    func isStalled(at now: ContinuousClock.Instant) -> Bool {
        !isIdle && lastProgress.duration(to: now) >= Self.stall
    }

    private static let stall = Duration.milliseconds(500)

    func owns(_ descriptor: Int32) -> Bool { descriptor == self.descriptor }

    // MARK: Dialling

    /// Goes on with the dialling as far as it can without waiting.
    func dial(poller: borrowing Poller) -> Event? {
        guard PQstatus(handle) != CONNECTION_BAD else { return .lost(lastError) }
        switch PQconnectPoll(handle) {
        case PGRES_POLLING_READING:
            watchSocket(for: .read, poller: poller)
            return nil
        case PGRES_POLLING_WRITING:
            watchSocket(for: .write, poller: poller)
            return nil
        case PGRES_POLLING_OK:
            guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else { return .lost(lastError) }
            watchSocket(for: .read, poller: poller)
            isReady = true
            lastProgress = .now
            return .becameReady
        default:
            return .lost(lastError)
        }
    }

    // MARK: Sending

    /// Sends queries: reads in a row share one sync, everything else has its own.
    ///
    /// - Returns: false when the connection turned out to be lost; nothing was forgotten, ``abandon()`` has it all.
    func send(_ queries: some Collection<Dispatched>, poller: borrowing Poller) -> Bool {
        if pipeline.isEmpty { lastProgress = .now }
        var isFine = prepare(Self.setCaller)
        for item in queries {
            if item.query.caller.writeEpoch != nil { isFine = isFine && prepare(Self.setCallerAndEpoch) }
            isFine = isFine && prepare(item.query.statement)
        }
        var openCaller = Caller.none
        var isOpen = false
        for item in queries {
            let query = item.query
            let mayShare = query.isRead && !item.isRetry
            if isOpen, !mayShare {
                isFine = isFine && sync()
                openCaller = .none
            }
            if query.caller != openCaller {
                isFine = isFine && set(query.caller, for: query.caller == .none ? .housekeeping : .setting(item))
                openCaller = query.caller
            }
            // Recorded first, whatever comes of it: what was not sent must not be forgotten either.
            pipeline.sent(query.commits ? .write(item) : .query(item))
            isFine = isFine && send(query.statement, query.parameters)
            isOpen = mayShare
            if !mayShare {
                isFine = isFine && sync()
                openCaller = .none
            }
        }
        if isOpen { isFine = isFine && sync() }
        return isFine && flush(poller: poller)
    }

    /// Begins a transaction on behalf of a caller.
    func begin(_ caller: Caller, poller: borrowing Poller) -> Bool {
        if pipeline.isEmpty { lastProgress = .now }
        let isPrepared = prepare(caller.writeEpoch == nil ? Self.setCaller : Self.setCallerAndEpoch)
        guard isPrepared, PQsendQueryParams(handle, "BEGIN", 0, nil, nil, nil, nil, 0) == 1 else {
            return false
        }
        pipeline.sent(.housekeeping)
        if caller != .none, !set(caller, for: .housekeeping) { return false }
        return sync() && flush(poller: poller)
    }

    private func prepare(_ statement: Statement) -> Bool {
        guard !prepared.contains(statement.name) else { return true }
        guard deallocateIfOutdated(statement) else { return false }
        guard PQsendPrepare(handle, statement.name, statement.sql, 0, nil) == 1 else { return false }
        prepared.insert(statement.name)
        pipeline.sent(.prepare(statement))
        return sync()
    }

    private func deallocateIfOutdated(_ statement: Statement) -> Bool {
        guard outdated.remove(statement.name) != nil else { return true }
        let sql = "DEALLOCATE \"\(statement.name)\""
        guard PQsendQueryParams(handle, sql, 0, nil, nil, nil, nil, 0) == 1 else { return false }
        pipeline.sent(.housekeeping)
        return sync()
    }

    private func set(_ caller: Caller, for expectation: PipelineState<Dispatched>.Expectation) -> Bool {
        let value = caller.userID.map(String.init) ?? ""
        let isSent =
            if let epoch = caller.writeEpoch {
                [value, "\(epoch)"].withCStrings { values in
                    PQsendQueryPrepared(handle, Self.setCallerAndEpoch.name, 2, values, nil, nil, 0)
                }
            } else {
                value.withCString { text in
                    withUnsafePointer(to: Optional(text)) { values in
                        PQsendQueryPrepared(handle, Self.setCaller.name, 1, values, nil, nil, 0)
                    }
                }
            }
        guard isSent == 1 else { return false }
        pipeline.sent(expectation)
        return true
    }

    private func send(_ statement: Statement, _ parameters: EncodedParameters) -> Bool {
        parameters.withPointers { count, values in
            PQsendQueryPrepared(handle, statement.name, count, values, nil, nil, 0) == 1
        }
    }

    private func sync() -> Bool {
        guard PQpipelineSync(handle) == 1 else { return false }
        pipeline.sent(.sync)
        return true
    }

    private func flush(poller: borrowing Poller) -> Bool {
        switch PQflush(handle) {
        case 0:
            watchSocket(for: .read, poller: poller)
            return true
        case 1:
            watchSocket(for: .readAndWrite, poller: poller)
            return true
        default:
            return false
        }
    }

    // MARK: Receiving

    /// Reads what has come, and answers the queries it belongs to.
    func receive(poller: borrowing Poller, _ report: (Event) -> Void) {
        guard PQconsumeInput(handle) == 1, interest == .read || flush(poller: poller) else {
            return report(.lost(lastError))
        }
        var hasProgress = false
        while !pipeline.isEmpty, PQisBusy(handle) == 0 {
            hasProgress = true
            // The end may come in a later round; nothing may be sent until then.
            if let end = take(PQgetResult(handle), report) { return report(.lost(end)) }
        }
        if hasProgress {
            lastProgress = .now
            isRescued = false
        }
        if PQstatus(handle) == CONNECTION_BAD { report(.lost(lastError)) }
    }

    /// - Returns: why the connection is at its end, when this result says so.
    private func take(_ result: OpaquePointer?, _ report: (Event) -> Void) -> String? {
        guard let result else {
            if case .violation = pipeline.received(.endOfMessage) { return Self.outOfStep }
            return nil
        }
        let rows = PostgresRows(taking: result)
        switch pipeline.received(PipelineState<Dispatched>.Received(result)) {
        case .none, .synced:
            break
        case .hold:
            heldRows = rows
        case .confirmed(let item):
            item.query.answer.give(heldRows.map { .success($0) } ?? .failure(Self.noResult))
            heldRows = nil
        case .doubtful(let item):
            item.query.failAfterSending(.unavailable, "the wait for the replica was cancelled")
            heldRows = nil
        case .succeed(let item):
            item.query.answer.give(.success(rows))
        case .fail(let item):
            var error = PostgresError(result: result)
            if error.sqlState == "26000", let cause = preparationErrors[item.query.statement.name] { error = cause }
            heldRows = nil
            if error.saysStatementIsOutdated {
                prepared.remove(item.query.statement.name)
                outdated.insert(item.query.statement.name)
                if !item.isPreparedAnew, !item.query.isLeased, item.query.answer.isOpen {
                    report(.prepareAnew(Dispatched(query: item.query, isRetry: item.isRetry, isPreparedAnew: true)))
                    break
                }
            }
            item.query.answer.give(.failure(error))
        case .skipped(let item):
            if item.query.answer.isOpen { report(.resend(item)) }
        case .prepared(let statement):
            preparationErrors[statement.name] = nil
        case .notPrepared(let statement):
            prepared.remove(statement.name)
            preparationErrors[statement.name] = PostgresError(result: result)
        case .lost:
            return PostgresError(result: result).message
        case .violation:
            return Self.outOfStep
        }
        return nil
    }

    private static let outOfStep = "the server's answers are out of step"
    private static let noResult = PostgresError(.protocolViolation, "a write has no result")

    private static let receiveNotice: PQnoticeReceiver = { argument, result in
        guard let argument, let result else { return }
        // libpq calls back from within the calls above, on the reactor's thread.
        let connection = Unmanaged<PostgresConnection>.fromOpaque(argument).takeUnretainedValue()
        if PostgresError.saysReplicationWaitWasCancelled(result) { connection.pipeline.replicationWaitCancelled() }
    }

    // MARK: Ending

    /// Gives up the connection.
    ///
    /// - Returns: the queries that were sent and not answered.
    func abandon(poller: borrowing Poller) -> [PipelineState<Dispatched>.Unanswered] {
        if descriptor >= 0 { poller.forget(descriptor) }
        descriptor = -1
        isReady = false
        lease = nil
        heldRows = nil
        return pipeline.abandon()
    }

    private var lastError: String {
        let message = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        let line = message.split(separator: "\n").first.map(String.init)
        return line ?? "the connection was closed"
    }

    private var interest = Poller.Interest.read

    private func watchSocket(for interest: Poller.Interest, poller: borrowing Poller) {
        let current = PQsocket(handle)
        // While dialling libpq may have closed one socket and opened another of the same number.
        guard !isReady || current != descriptor || interest != self.interest else { return }
        if descriptor >= 0, current != descriptor { poller.forget(descriptor) }
        descriptor = current
        self.interest = interest
        if current >= 0 { poller.watch(current, for: interest) }
    }
}
