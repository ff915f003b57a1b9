import DequeModule
import Logging
import Reactor

/// Runs the connections of one client on the reactor's thread: queues, dispatches, dials, gives up.
final class PostgresDriver: ReactorDriver {
    enum Message: Sendable {
        case query(PendingQuery)
        case lease(PendingLease)
        case release(LeaseID)
        /// Fails everything, and closes all connections to dial anew.
        case disconnect(reason: String)
        case resolved(slot: Int, attempt: Int, address: String?)
    }

    /// How often deadlines are looked at while anything waits.
    private static let sweepInterval = Duration.milliseconds(50)

    private let configuration: PostgresConfiguration
    private let logger: Logger
    private let status: PostgresStatus
    private let resolver = HostResolver()
    private let post: @Sendable (Message) -> Void
    private var slots: [ConnectionSlot]
    private var waiting = WaitingQueries()
    private var waitingLeases: Deque<PendingLease> = []
    private var nextLease = 0
    private var nextSweep = ContinuousClock.now
    private var lastFailure = "no connection yet"
    private var nextComplaint = ContinuousClock.now

    /// - Parameter post: posts a message to this driver's own reactor.
    init(
        configuration: PostgresConfiguration, status: PostgresStatus, logger: Logger,
        post: @escaping @Sendable (Message) -> Void
    ) {
        self.configuration = configuration
        self.status = status
        self.post = post
        self.logger = logger
        slots = (0..<configuration.maximumConnections).map { _ in ConnectionSlot() }
    }

    func receive(_ messages: [Message], poller: borrowing Poller) {
        for message in messages {
            switch message {
            case .query(let query): accept(query, poller: poller)
            case .lease(let lease): waitingLeases.append(lease)
            case .release(let lease):
                if slots[lease.slot].connection?.lease == lease { slots[lease.slot].connection?.lease = nil }
            case .disconnect(let reason):
                for slot in slots.indices { lose(slot, reason, poller: poller) }
                failWaiting(reason)
            case .resolved(let slot, let attempt, let address):
                resolved(slot: slot, attempt: attempt, address: address, poller: poller)
            }
        }
    }

    private func accept(_ query: PendingQuery, poller: borrowing Poller) {
        guard case .leased(let lease, _) = query.kind else {
            guard waiting.count < configuration.queueLimit else {
                return query.fail(.queueFull, "\(waiting.count) statements wait already")
            }
            return waiting.append(Dispatched(query: query))
        }
        guard let connection = slots[lease.slot].connection, connection.lease == lease else {
            return query.fail(.unavailable, "the transaction's connection was lost: \(lastFailure)")
        }
        if !connection.send(CollectionOfOne(Dispatched(query: query)), poller: poller) {
            lose(lease.slot, "sending failed", poller: poller)
        }
    }

    func ready(_ descriptor: Int32, poller: borrowing Poller) {
        guard let slot = slots.firstIndex(where: { $0.connection?.owns(descriptor) == true }),
            let connection = slots[slot].connection
        else { return }
        guard connection.isReady else { return dial(slot, poller: poller) }
        var events: [PostgresConnection.Event] = []
        connection.receive(poller: poller) { events.append($0) }
        for event in events { handle(event, of: slot, poller: poller) }
    }

    func endTick(poller: borrowing Poller) -> ContinuousClock.Instant? {
        let now = ContinuousClock.now
        for slot in slots.indices where slots[slot].shouldDial(at: now) { startDialling(slot, poller: poller) }
        if now >= nextSweep { sweep(now: now, poller: poller) }
        dispatch(now: now, poller: poller)
        status.waiting = waiting.count + waitingLeases.count
        let isBusy =
            !waiting.isEmpty || !waitingLeases.isEmpty
            || slots.contains { $0.connection.map { !$0.isReady || !$0.isIdle } ?? false }
        let redial = slots.compactMap(\.nextDial).min()
        return [isBusy ? nextSweep : nil, redial].compactMap { $0 }.min()
    }

    func stop(poller: borrowing Poller) {
        for slot in slots.indices { lose(slot, "the client is shutting down", poller: poller, isFinal: true) }
        failWaiting("the client is shutting down")
    }

    // MARK: Dispatching

    private func dispatch(now: ContinuousClock.Instant, poller: borrowing Poller) {
        guard !waiting.isEmpty || !waitingLeases.isEmpty else { return }
        let plan = Dispatcher.plan(
            slots: slots.map {
                Dispatcher.Slot(
                    isReady: $0.connection?.isReady ?? false, isLeased: $0.connection?.lease != nil,
                    syncsInFlight: $0.connection?.syncsInFlight ?? 0,
                    writesInFlight: $0.connection?.writesInFlight ?? 0,
                    isStalled: $0.connection?.isStalled(at: now) ?? false)
            }, waitingQueries: waiting.readCount, waitingWrites: waiting.writeCount,
            waitingLeases: waitingLeases.count)
        for slot in plan.leases { leaseOut(slot, poller: poller) }
        for batch in plan.batches { send(waiting.takeReads(batch.count), to: batch.slot, poller: poller) }
        for batch in plan.writeBatches { send(waiting.takeWrites(batch.count), to: batch.slot, poller: poller) }
    }

    private func send(_ queries: [Dispatched], to slot: Int, poller: borrowing Poller) {
        guard !queries.isEmpty else { return }
        guard let connection = slots[slot].connection else {
            // Lost a moment ago, with what was sent to it before.
            for item in queries.reversed() { waiting.prepend(item) }
            return
        }
        if !connection.send(queries, poller: poller) { lose(slot, "sending failed", poller: poller) }
    }

    private func leaseOut(_ slot: Int, poller: borrowing Poller) {
        guard let pending = waitingLeases.popFirst(), let connection = slots[slot].connection else { return }
        nextLease += 1
        let lease = LeaseID(slot: slot, number: nextLease)
        connection.lease = lease
        guard connection.begin(pending.caller, poller: poller) else {
            pending.answer.give(.failure(PostgresError(.unavailable, "sending BEGIN failed")))
            return lose(slot, "sending failed", poller: poller)
        }
        // Nobody waits any more: the transaction that was begun ends with its connection.
        if !pending.answer.give(.success(lease)) { lose(slot, "the transaction was given up", poller: poller) }
    }

    // MARK: Dialling

    private func startDialling(_ slot: Int, poller: borrowing Poller) {
        slots[slot].beginAttempt(timeout: configuration.connectTimeout)
        guard let host = configuration.hostToResolve else {
            return connect(slot, address: nil, poller: poller)
        }
        let attempt = slots[slot].attempt
        resolver.resolve(host) { [post] address in post(.resolved(slot: slot, attempt: attempt, address: address)) }
    }

    private func resolved(slot: Int, attempt: Int, address: String?, poller: borrowing Poller) {
        guard slots[slot].attempt == attempt, slots[slot].connection == nil else { return }
        guard let address else { return failDialling(slot, "the host name cannot be resolved") }
        connect(slot, address: address, poller: poller)
    }

    private func connect(_ slot: Int, address: String?, poller: borrowing Poller) {
        var keywords = configuration.keywords
        if let address { keywords["hostaddr"] = address }
        guard let connection = PostgresConnection(keywords: keywords, poller: poller) else {
            return failDialling(slot, "no memory for a connection")
        }
        slots[slot].connection = connection
        if connection.hasFailed { dial(slot, poller: poller) }
    }

    private func dial(_ slot: Int, poller: borrowing Poller) {
        if let event = slots[slot].connection?.dial(poller: poller) { handle(event, of: slot, poller: poller) }
    }

    private func failDialling(_ slot: Int, _ reason: String) {
        slots[slot].end(isRedialled: true)
        lastFailure = reason
        if status.readyConnections == 0 {
            complain(reason)
            failWaiting(reason)
        }
    }

    /// Once for all connections and attempts, and again when it goes on.
    private func complain(_ reason: String) {
        let now = ContinuousClock.now
        guard now >= nextComplaint else { return }
        nextComplaint = now + .seconds(10)
        logger.warning("PostgreSQL cannot be reached", metadata: ["cause": "\(reason)"])
    }

    // MARK: Losing

    private func handle(_ event: PostgresConnection.Event, of slot: Int, poller: borrowing Poller) {
        switch event {
        case .becameReady:
            slots[slot].becameReady()
            updateStatus()
            nextComplaint = .now
            if status.readyConnections == 1 { logger.info("PostgreSQL is connected") }
        case .resend(let item):
            resend(item)
        case .prepareAnew(let item):
            guard let connection = slots[slot].connection else { return waiting.prepend(item) }
            if !connection.send(CollectionOfOne(item), poller: poller) { lose(slot, "sending failed", poller: poller) }
        case .lost(let reason):
            lose(slot, reason, poller: poller)
        }
    }

    private func lose(_ slot: Int, _ reason: String, poller: borrowing Poller, isFinal: Bool = false) {
        guard let connection = slots[slot].connection else { return }
        let wasReady = connection.isReady
        let unanswered = connection.abandon(poller: poller)
        lastFailure = reason
        slots[slot].end(isRedialled: !isFinal)
        updateStatus()
        // The last one first, so that those that are sent again keep their order.
        for lost in unanswered.reversed() where lost.query.query.answer.isOpen {
            let item = lost.query
            if item.query.isLeased || lost.mayBeDone && !item.query.isRead {
                item.query.failAfterSending(.unavailable, reason)
            } else if item.isRetry || isFinal {
                item.query.fail(.unavailable, reason)
            } else {
                resend(item)
            }
        }
        if wasReady, !isFinal {
            logger.warning("A PostgreSQL connection was lost", metadata: ["cause": "\(reason)"])
        } else if !isFinal, status.readyConnections == 0 {
            complain(reason)
            failWaiting(reason)
        }
    }

    private func resend(_ item: Dispatched) {
        guard !item.isRetry else { return item.query.failAfterSending(.unavailable, lastFailure) }
        waiting.prepend(Dispatched(query: item.query, isRetry: true))
    }

    private func failWaiting(_ reason: String) {
        waiting.failAll(reason)
        for lease in waitingLeases { lease.answer.give(.failure(PostgresError(.unavailable, reason))) }
        waitingLeases.removeAll()
    }

    private func updateStatus() {
        status.update(readyConnections: slots.count { $0.connection?.isReady ?? false })
    }

    // MARK: Deadlines

    private func sweep(now: ContinuousClock.Instant, poller: borrowing Poller) {
        nextSweep = now + Self.sweepInterval
        expireWaiting(now: now)
        for slot in slots.indices {
            guard let connection = slots[slot].connection else { continue }
            guard connection.isReady else {
                if slots[slot].hasTimedOut(at: now) { lose(slot, "dialling took too long", poller: poller) }
                continue
            }
            for item in connection.unanswered where item.query.deadline <= now {
                item.query.failAfterSending(.deadlineExceeded, "no answer in time")
                // Whatever a leased connection is doing, its transaction must not go on; a commit ends it anyway.
                if connection.lease != nil, !(item.query.commits && status.isServerAlive) {
                    lose(slot, "a transaction's statement took too long", poller: poller)
                }
            }
            if connection.isStalled(at: now) { rescueReads(behind: connection) }
            let silence = configuration.statementTimeout + .seconds(1)
            if !connection.isIdle, connection.lastProgress + silence <= now, !isCommitting(connection) {
                lose(slot, "the server has been silent for too long", poller: poller)
            }
        }
    }

    /// A commit may wait for a replica for any time, and the server does not notice that nobody waits for it any more:
    /// closing its connection and dialling another would leave more and more of them behind.
    private func isCommitting(_ connection: PostgresConnection) -> Bool {
        status.isServerAlive && connection.unanswered.first?.query.commits == true
    }

    /// Sends the reads behind a statement that takes long on another connection as well; the first answer counts.
    private func rescueReads(behind connection: PostgresConnection) {
        guard slots.count > 1, !connection.isRescued else { return }
        connection.isRescued = true
        for item in connection.unanswered.dropFirst() where item.query.isRead && !item.isRetry {
            if item.query.answer.isOpen { waiting.append(Dispatched(query: item.query, isRetry: true)) }
        }
    }

    private func expireWaiting(now: ContinuousClock.Instant) {
        waiting.expire(at: now)
        for lease in waitingLeases where lease.deadline <= now {
            lease.answer.give(.failure(PostgresError(.deadlineExceeded, "no connection became free in time")))
        }
        waitingLeases.removeAll { !$0.answer.isOpen }
    }
}
