import CLinux
import Glibc
import Synchronization

/// One thread with an epoll instance and a mailbox, for a C library that brings its own sockets.
///
/// Other threads post messages; the thread hands them to its driver together with what its descriptors report, and
/// lets the driver send at the end of the round what came in together. A message costs a system call only when the
/// thread sleeps.
package final class Reactor<Driver: ReactorDriver>: Sendable {
    private enum Phase {
        /// Not yet running: may become running or ended.
        case idle
        /// May become stopping.
        case running
        /// Told to stop: becomes ended.
        case stopping
        case ended
    }

    private struct State {
        var phase = Phase.idle
        var mail: [Driver.Message] = []
        var isAsleep = false
    }

    private let state = Mutex(State())
    private let wakeUp: Int32
    private let name: String
    private let makeDriver: @Sendable (_ post: @escaping @Sendable (Driver.Message) -> Void) -> Driver

    /// - Parameter makeDriver: makes the driver, on the reactor's own thread. It is given a function that posts a
    ///   message to this reactor from any thread.
    /// - Throws: ``SystemCallFailed`` when the process has no descriptor left.
    package init(
        name: String,
        makeDriver: @escaping @Sendable (_ post: @escaping @Sendable (Driver.Message) -> Void) -> Driver
    ) throws(SystemCallFailed) {
        self.name = name
        self.makeDriver = makeDriver
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeUp >= 0 else { throw SystemCallFailed("eventfd") }
    }

    deinit { close(wakeUp) }

    /// Hands a message to the driver; before ``run()`` it waits for it.
    ///
    /// - Returns: false when the reactor has stopped and nobody will ever read the message.
    @discardableResult
    package func post(_ message: Driver.Message) -> Bool {
        let (isAccepted, wasAsleep) = state.withLock { state in
            guard state.phase == .idle || state.phase == .running else { return (false, false) }
            state.mail.append(message)
            defer { state.isAsleep = false }
            return (true, state.isAsleep)
        }
        if wasAsleep { wake() }
        return isAccepted
    }

    /// Runs the thread, and returns when ``stop()`` has ended it.
    package func run() async throws {
        let mayStart = state.withLock { state in
            guard state.phase == .idle else { return false }
            state.phase = .running
            return true
        }
        guard mayStart else { return }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let status = Self.startThread(named: name) {
                do {
                    try self.loop()
                    continuation.resume()
                } catch {
                    self.state.withLock { $0.phase = .ended }
                    continuation.resume(throwing: error)
                }
            }
            if status != 0 { continuation.resume(throwing: SystemCallFailed("pthread_create", code: status)) }
        }
    }

    package func stop() {
        state.withLock { state in
            switch state.phase {
            case .idle: state.phase = .ended
            case .running: state.phase = .stopping
            case .stopping, .ended: break
            }
        }
        wake()
    }

    private func loop() throws(SystemCallFailed) {
        let poller = try Poller()
        poller.watch(wakeUp, for: .read)
        let driver = makeDriver { [weak self] message in _ = self?.post(message) }
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        var deadline: ContinuousClock.Instant? = .now
        while true {
            let (mail, isStopping) = takeMail(sleepingUntil: deadline)
            if isStopping { break }
            if !mail.isEmpty { driver.receive(mail, poller: poller) }
            poller.wait(until: mail.isEmpty ? deadline : .now, buffer: &events) { descriptor in
                if descriptor == wakeUp {
                    var count: UInt64 = 0
                    read(wakeUp, &count, MemoryLayout<UInt64>.size)
                } else {
                    driver.ready(descriptor, poller: poller)
                }
            }
            let late = takeMailAwake()
            if !late.isEmpty { driver.receive(late, poller: poller) }
            deadline = driver.endTick(poller: poller)
        }
        driver.stop(poller: poller)
        state.withLock { $0.phase = .ended }
    }

    /// What has been posted; when there is nothing, the thread counts as asleep from here on, and a post wakes it.
    private func takeMail(sleepingUntil deadline: ContinuousClock.Instant?) -> ([Driver.Message], isStopping: Bool) {
        state.withLock { state in
            let mail = state.mail
            state.mail = []
            state.isAsleep = mail.isEmpty
            return (mail, state.phase == .stopping)
        }
    }

    private func takeMailAwake() -> [Driver.Message] {
        state.withLock { state in
            let mail = state.mail
            state.mail = []
            state.isAsleep = false
            return mail
        }
    }

    private func wake() {
        var one: UInt64 = 1
        write(wakeUp, &one, MemoryLayout<UInt64>.size)
    }

    private static func startThread(named name: String, _ body: @escaping @Sendable () -> Void) -> Int32 {
        let box = Unmanaged.passRetained(ThreadBody(name: name, run: body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                let body = Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue()
                pthread_setname_np(pthread_self(), String(body.name.prefix(15)))
                body.run()
                return nil
            }, box.toOpaque())
        if status == 0 {
            pthread_detach(thread)
        } else {
            box.release()
        }
        return status
    }
}

private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}
