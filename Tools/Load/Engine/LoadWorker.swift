import DequeModule
import FoundationEssentials
import NIOCore
import NIOPosix

/// One event loop's part of a run: its connections, its users, and every request of theirs.
///
/// `@unchecked Sendable`: all that is stored is touched on `loop` alone.
final class LoadWorker: @unchecked Sendable {
    let loop: any EventLoop
    let plan: LoadPlan
    private let index: Int
    var users: Deque<VirtualUser>
    private var connections: [LoadConnection] = []
    private var idle: Deque<LoadConnection> = []
    var recorder: Recorder
    var streams = StreamSet()
    private var generator: SplitMix64
    /// Of the open loop: the next request of the schedule that nobody has sent.
    private var nextIndex: Int
    private var tick: Scheduled<Void>?
    private var watch: RepeatedTask?
    private(set) var isStopping = false
    private(set) var end: Int64

    init(_ plan: LoadPlan, index: Int, loop: any EventLoop, users: [PreparedUser]) {
        self.plan = plan
        self.index = index
        self.loop = loop
        self.users = Deque(users.map(VirtualUser.init))
        recorder = Recorder(plan.clock, operations: plan.scenario.mix.operations)
        generator = SplitMix64(seed: UInt64(index) &+ 1)
        nextIndex = index
        end = plan.clock.end
    }

    // MARK: Beginning and end

    func start() {
        loop.preconditionInEventLoop()
        let count = plan.connections
        connections = stride(from: index, to: count, by: plan.workers).map { LoadConnection(index: $0, worker: self) }
        for connection in connections {
            connect(connection, at: plan.schedule == nil ? rampStart(of: connection) : LoadClock.now)
        }
        openStreams(every: plan.workers, from: index)
        if plan.schedule != nil { scheduleTick(at: plan.clock.start) }
        watch = loop.scheduleRepeatedTask(initialDelay: .milliseconds(100), delay: .milliseconds(100)) { _ in
            self.failOverdue()
        }
    }

    /// The connections of a closed loop begin one after the other during the ramp.
    private func rampStart(of connection: LoadConnection) -> Int64 {
        let ramp = plan.clock.measuredFrom - plan.clock.start
        return plan.clock.start + ramp * Int64(connection.index) / Int64(max(1, plan.connections))
    }

    /// Whether nothing is due any more and nothing is under way.
    var isDone: Bool {
        guard LoadClock.now >= end, connections.allSatisfy({ $0.exchange == nil }), streams.missing <= 0 else {
            return false
        }
        guard let due = plan.schedule?.due(nextIndex) else { return true }
        return due + plan.clock.start >= end
    }

    /// Sends nothing after this moment.
    func end(at moment: Int64) { end = min(end, moment) }

    /// Closes all connections; what is under way stays without an answer.
    ///
    /// - Returns: the users as they are now.
    func stop() -> [PreparedUser] {
        isStopping = true
        tick?.cancel()
        watch?.cancel()
        let busy = connections.compactMap(\.exchange?.user)
        for connection in connections {
            connection.exchange = nil
            connection.close()
        }
        closeStreams()
        // Each connection holds this worker until its channel is closed, and no longer.
        connections = []
        idle = []
        return (Array(users) + busy).map(\.prepared)
    }

    func takeInterval() -> Recorder.Interval { recorder.takeInterval() }

    // MARK: Connections

    private static let reconnectDelay: TimeAmount = .milliseconds(100)

    private func connect(_ connection: LoadConnection, at moment: Int64) {
        guard moment > LoadClock.now else { return connect(connection) }
        loop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(UInt64(moment))) { self.connect(connection) }
    }

    private func connect(_ connection: LoadConnection) {
        guard !isStopping, LoadClock.now < end else { return }
        let bound = NIOLoopBound(connection, eventLoop: loop)
        ClientBootstrap(group: loop)
            .connectTimeout(.nanoseconds(plan.timeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .connect(to: plan.address)
            .assumeIsolated()
            .whenFailure { _ in self.refused(connection) }
    }

    /// A closed loop loses a request by it; the requests of an open loop wait for another connection.
    private func refused(_ connection: LoadConnection) {
        guard !isStopping else { return }
        if plan.schedule == nil {
            let now = LoadClock.now
            recorder.failed(nextOperation(), .connectionFailed, due: now, sent: now, now: now)
        }
        reconnect(connection, after: Self.reconnectDelay)
    }

    private func reconnect(_ connection: LoadConnection, after delay: TimeAmount) {
        guard !isStopping, LoadClock.now < end else { return }
        loop.assumeIsolated().scheduleTask(in: delay) { self.connect(connection) }
    }

    func opened(_ connection: LoadConnection) { isFree(connection) }

    func closed(_ connection: LoadConnection) {
        if connection.exchange != nil { failed(connection, .connectionClosed) }
        idle.removeAll { $0 === connection }
        reconnect(connection, after: connection.hasAnswered ? .zero : Self.reconnectDelay)
    }

    // MARK: Requests

    private func nextOperation() -> Operation { plan.scenario.mix.operation(at: generator.next()) }

    /// Sends the first request of an operation.
    private func begin(_ connection: LoadConnection, due: Int64, now: Int64) {
        guard let user = users.popFirst() else { return }
        let operation = user.signIn(at: Int(Date.now.timeIntervalSince1970)) ?? nextOperation()
        let exchange = Exchange(
            user: user, operation: operation, step: user.begin(operation, at: now), due: due, sent: now)
        connection.exchange = exchange
        send(exchange, on: connection)
    }

    private func send(_ exchange: Exchange, on connection: LoadConnection) {
        connection.send(plan.builder.request(exchange.step, fields: exchange.user.fields(plan.builder)))
    }

    func answered(_ connection: LoadConnection, _ answer: HTTPAnswer) {
        guard var exchange = connection.exchange else { return connection.close() }
        let now = LoadClock.now
        do throws(LoadError) {
            let next = try exchange.user.take(answer, to: exchange.step, now: Int(Date.now.timeIntervalSince1970))
            recorder.answered(exchange.operation, due: exchange.due, sent: exchange.sent, now: now)
            if case .change = exchange.step { expectEvents(of: exchange) }
            if let next, answer.keepsAlive {
                (exchange.step, exchange.due, exchange.sent) = (next, now, now)
                connection.exchange = exchange
                return send(exchange, on: connection)
            }
            if let next { exchange.user.fail(next) }
            connection.exchange = nil
            users.append(exchange.user)
        } catch {
            failed(connection, error)
        }
        answer.keepsAlive ? isFree(connection) : connection.close()
    }

    func failed(_ connection: LoadConnection, _ error: LoadError) {
        guard let exchange = connection.exchange else { return }
        connection.exchange = nil
        exchange.user.fail(exchange.step)
        users.append(exchange.user)
        recorder.failed(
            exchange.operation, error, due: exchange.due, sent: exchange.sent, now: LoadClock.now)
    }

    /// Gives a connection its next request, if one is due.
    private func isFree(_ connection: LoadConnection) {
        guard !isStopping, connection.isOpen else { return }
        let now = LoadClock.now
        guard now < end else { return }
        switch plan.scenario.arrival {
        case .open:
            idle.append(connection)
            sendDue(now)
        case .closed(_, let thinkTime):
            guard thinkTime > .zero, connection.hasSent else { return begin(connection, due: now, now: now) }
            loop.assumeIsolated().scheduleTask(in: TimeAmount(thinkTime)) { self.resume(connection) }
        }
    }

    /// After the pause.
    private func resume(_ connection: LoadConnection) {
        let now = LoadClock.now
        guard !isStopping, now < end, connection.isOpen, connection.exchange == nil else { return }
        begin(connection, due: now, now: now)
    }

    // MARK: The open loop

    /// At least this much apart, in nanoseconds: what is due meanwhile is sent together.
    private static let shortestTick: Int64 = 200_000

    private func scheduleTick(at moment: Int64) {
        let moment = max(moment, LoadClock.now + Self.shortestTick)
        tick = loop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(UInt64(moment))) {
            self.sendDue(LoadClock.now)
            guard let next = self.nextDue, next < self.end else { return }
            self.scheduleTick(at: next)
        }
    }

    private var nextDue: Int64? { plan.schedule?.due(nextIndex).map { $0 + plan.clock.start } }

    private func sendDue(_ now: Int64) {
        while let due = nextDue, due <= now, due < end, let connection = idle.popFirst() {
            nextIndex += plan.workers
            begin(connection, due: due, now: now)
        }
    }

    /// Requests that nobody answered, or that could not even be sent, within the time that one may take.
    private func failOverdue() {
        let now = LoadClock.now
        for connection in connections {
            guard let exchange = connection.exchange, now - exchange.sent > plan.timeout else { continue }
            failed(connection, .timedOut)
            connection.close()
        }
        while let due = nextDue, due < end, now - due > plan.timeout {
            nextIndex += plan.workers
            recorder.failed(nextOperation(), .notSent, due: due, sent: nil, now: now)
        }
    }
}
