package import Logging
package import NIOCore
import Synchronization

/// One connection of one event loop: carries out what its state machine decides.
///
/// `@unchecked Sendable`: every stored variable is touched on `eventLoop` alone; `isReady` and the count are atomic.
package final class RedisConnection: @unchecked Sendable {
    package typealias Machine = RedisConnectionStateMachine<[RedisArgument], EventLoopPromise<RedisReply>>
    /// Opens a channel on the event loop, with the connection's handlers in it.
    package typealias Dialer = @Sendable (RedisConnection) -> EventLoopFuture<any Channel>

    package let eventLoop: any EventLoop
    private let ready = Atomic(false)
    private let submitted = Atomic(0)
    private let dialer: Dialer
    private let handshake: [[RedisArgument]]
    private let handshakeTimeout: TimeAmount
    private let leavesReplicas: Bool
    private let logger: Logger
    private var machine: Machine
    private var encoder = RedisCommandEncoder()
    private var channel: (any Channel)?
    private var timer: Scheduled<Void>?
    private var isFlushScheduled = false
    private var lastFailure = ""
    private let closedPromise: EventLoopPromise<Void>

    /// - Parameter leavesReplicas: a server that refuses a write as a replica is left, and the dialer asked for another one.
    package init(
        eventLoop: any EventLoop, handshake: [[RedisArgument]], handshakeTimeout: TimeAmount,
        machine: Machine, leavesReplicas: Bool = false, logger: Logger, dialer: @escaping Dialer
    ) {
        self.eventLoop = eventLoop
        self.handshake = handshake
        self.handshakeTimeout = handshakeTimeout
        self.machine = machine
        self.leavesReplicas = leavesReplicas
        self.logger = logger
        self.dialer = dialer
        self.closedPromise = eventLoop.makePromise()
    }

    deinit {
        closedPromise.succeed()
    }

    /// Whether commands flow; may be asked on any thread.
    package var isReady: Bool { ready.load(ordering: .relaxed) }

    /// Commands that callers asked for; may be asked on any thread.
    package var commandCount: Int { submitted.load(ordering: .relaxed) }

    // MARK: What callers ask

    package func send(_ arguments: [RedisArgument], timeout: TimeAmount) -> EventLoopFuture<RedisReply> {
        let promise = eventLoop.makePromise(of: RedisReply.self)
        if eventLoop.inEventLoop {
            submit(arguments, promise, eventLoop.now + timeout)
        } else {
            let deadline = eventLoop.now + timeout
            eventLoop.execute { self.submit(arguments, promise, deadline) }
        }
        return promise.futureResult
    }

    /// Dials without waiting for the first command.
    package func activate() {
        eventLoop.execute {
            if self.machine.activate() { self.dial() }
        }
    }

    /// Takes no further command, waits for the replies that are due, and closes.
    package func shutDown() -> EventLoopFuture<Void> {
        eventLoop.execute {
            let (failed, close) = self.machine.shutDown()
            self.fail(failed)
            self.publish()
            if close { self.close() }
        }
        return closedPromise.futureResult
    }

    private func submit(_ arguments: [RedisArgument], _ promise: EventLoopPromise<RedisReply>, _ deadline: NIODeadline)
    {
        submitted.add(1, ordering: .relaxed)
        switch machine.submit(arguments, waiter: promise, deadline: deadline) {
        case .accepted(let flush, let dial, let wake):
            if flush { scheduleFlush() }
            if dial { self.dial() }
            if let wake { arm(wake) }
        case .refused(let error):
            promise.fail(error)
        }
    }

    // MARK: What the channel reports

    func received(_ reply: RedisReply) {
        perform(machine.received(reply, now: eventLoop.now))
        if machine.isDrained { close() }
    }

    func violated(_ error: RedisError) {
        perform(machine.violated(error))
    }

    func noteFailure(_ error: any Error) {
        let text = "\(error)"
        guard text != lastFailure else { return }
        lastFailure = text
        logger.warning("redis connection failed", metadata: ["error": .string(text)])
    }

    private func perform(_ action: Machine.ReplyAction) {
        switch action {
        case .none: break
        case .resume(let promise, .error(let text)):
            let error = RedisError(.server, text)
            promise.fail(error)
            if leavesReplicas, error.saysServerIsReplica { violated(error) }
        case .resume(let promise, let reply): promise.succeed(reply)
        case .becameReady:
            publish()
            if !lastFailure.isEmpty { logger.notice("redis connection is back") }
            lastFailure = ""
            flush()
        case .close(let error):
            publish()
            noteFailure(error)
            close()
        }
    }

    // MARK: Writing

    /// All commands of one tick of the event loop leave in one write.
    private func scheduleFlush() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        eventLoop.execute { self.flush() }
    }

    func flush() {
        isFlushScheduled = false
        guard let channel, channel.isWritable else { return }
        let commands = machine.takeHeld()
        if !commands.isEmpty { write(commands, to: channel) }
    }

    private func write(_ commands: [[RedisArgument]], to channel: any Channel) {
        var buffer = channel.allocator.buffer(capacity: 128 * commands.count)
        do {
            for command in commands { try encoder.encode(command, into: &buffer) }
            channel.writeAndFlush(buffer, promise: nil)
        } catch {
            violated(RedisError(wrapping: error))
        }
    }

    // MARK: Dialling

    private func dial() {
        dialer(self).hop(to: eventLoop).whenComplete { result in
            switch result {
            case .success(let channel): self.opened(channel)
            case .failure(let error):
                self.noteFailure(error)
                self.disconnected()
            }
        }
    }

    private func opened(_ channel: any Channel) {
        let (isWanted, wake) = machine.dialed(
            handshakeCommands: handshake.count, deadline: eventLoop.now + handshakeTimeout)
        self.channel = channel
        channel.closeFuture.hop(to: eventLoop).whenComplete { _ in self.disconnected() }
        guard isWanted else { return close() }
        if let wake { arm(wake) }
        write(handshake, to: channel)
    }

    private func close() {
        if let channel {
            channel.close(promise: nil)
        } else if !machine.isReady {
            closedPromise.succeed()
        }
    }

    private func disconnected() {
        channel = nil
        let outcome = machine.disconnected(now: eventLoop.now, random: .random(in: 0..<1))
        publish()
        fail(outcome.failed)
        switch outcome.next {
        case .dial: dial()
        case .dialAfter(let delay):
            eventLoop.scheduleTask(in: delay) {
                if self.machine.backoffElapsed() { self.dial() }
            }
        case .nothing: closedPromise.succeed()
        }
    }

    private func fail(_ commands: [(waiter: EventLoopPromise<RedisReply>, error: RedisError)]) {
        for command in commands { command.waiter.fail(command.error) }
    }

    private func publish() {
        ready.store(machine.isReady, ordering: .relaxed)
    }

    // MARK: Time

    private func arm(_ deadline: NIODeadline) {
        timer?.cancel()
        timer = eventLoop.scheduleTask(deadline: deadline) { self.wake() }
    }

    private func wake() {
        let wake = machine.wake(now: eventLoop.now)
        if let next = wake.next { arm(next) }
        for promise in wake.expired { promise.fail(RedisError(.deadlineExceeded, "no reply in time")) }
        if let error = wake.close {
            publish()
            noteFailure(error)
            close()
        } else if machine.isDrained {
            close()
        }
    }
}
