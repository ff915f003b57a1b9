import Accounts
import Glibc
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Hashes passwords with bcrypt on a few threads of its own, so that neither an event loop nor a task ever waits for it.
///
/// The threads run at low priority: while logins take all the processor time there is, everything else goes first.
package final class PasswordHasher: Service, Sendable {
    private struct Job: Sendable {
        let password: String
        /// One after the other.
        let settings: [String]
        let continuation: CheckedContinuation<Result<[String], PasswordHashingError>, Never>
    }

    /// The cost of new hashes, and of the hash that is computed where there is no account.
    package let cost: Int
    private let decoy: String
    private let pool: NIOThreadPool
    private let queue: Mutex<HashQueue<Job>>
    private let workspaces = ThreadSpecificVariable<BcryptWorkspace>()
    private let performed = Atomic(0)
    private let refused = Atomic(0)

    /// - Parameters:
    ///   - cost: 4 to 15; production uses 10 and more.
    ///   - threads: at least 1.
    package init(cost: Int, threads: Int) {
        self.cost = cost
        self.decoy = BcryptSetting.decoy(cost: cost)
        self.pool = NIOThreadPool(numberOfThreads: max(1, threads))
        // A quarter of a second at cost 12, on a core of today, until one was measured.
        let expected = Duration.milliseconds(250) * Double(1 << cost) / Double(1 << 12)
        self.queue = Mutex(HashQueue(threads: threads, expectedDuration: expected))
        pool.start()
    }

    /// How many hashes were computed so far.
    package var hashCount: Int { performed.load(ordering: .relaxed) }

    /// How many found no room in the queue.
    package var refusedCount: Int { refused.load(ordering: .relaxed) }

    /// How many wait for a thread.
    package var waitingCount: Int { queue.withLock { $0.waitingCount } }

    var queueStatus: (waiting: Int, running: Int, capacity: Int, meanDuration: Duration) {
        queue.withLock { ($0.waitingCount, $0.running, $0.capacity, $0.meanDuration) }
    }

    /// Measures one hash, then waits for the shutdown and ends the threads.
    package func run() async throws {
        _ = try? await perform("", [decoy])
        try? await gracefulShutdown()
        for job in queue.withLock({ $0.cancelAll() }) { job.continuation.resume(returning: .failure(.unavailable)) }
        try await pool.shutdownGracefully()
    }

    /// A new hash of a password, with a new salt.
    package func hash(_ password: String) async throws(PasswordHashingError) -> String {
        guard let setting = BcryptWorkspace.makeSetting(cost: cost) else { throw .unavailable }
        guard let hash = try await perform(password, [setting]).first else { throw .unavailable }
        return hash
    }

    /// Whether a password is the one that was hashed.
    package func verify(_ password: String, against stored: String?) async throws(PasswordHashingError) -> Bool {
        try await check(password, against: stored).isRight
    }

    /// The same, with another hash where the stored one was made at a lower cost than new ones are.
    ///
    /// One hash at the cost of new ones is computed whatever there is: without a usable hash, with a password that cannot be
    /// one, and besides a cheaper one, also for a wrong password. The time tells nothing.
    package func check(
        _ password: String, against stored: String?
    ) async throws(PasswordHashingError) -> PasswordCheck {
        let isPossible = !password.utf8.contains(0) && password.utf8.count <= PasswordRules.maximumBytes
        let known = stored.flatMap { BcryptSetting($0) == nil || $0.utf8.count != 60 ? nil : $0 }
        var settings = [known ?? decoy]
        if let known, let setting = BcryptSetting(known), setting.cost < cost {
            guard let dearer = BcryptWorkspace.makeSetting(cost: cost) else { throw .unavailable }
            settings.append(dearer)
        }
        let hashes = try await perform(isPossible ? password : "", settings)
        let isRight = isPossible && known.map { Self.isEqual(hashes[0], $0) } == true
        return PasswordCheck(isRight: isRight, rehashed: isRight && hashes.count > 1 ? hashes[1] : nil)
    }

    private func perform(_ password: String, _ settings: [String]) async throws(PasswordHashingError) -> [String] {
        let ticket = Mutex<Int?>(nil)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = Job(password: password, settings: settings, continuation: continuation)
                switch queue.withLock({ $0.enqueue(job) }) {
                case .accepted(let id):
                    ticket.withLock { $0 = id }
                    if Task.isCancelled { takeBack(id, .cancelled) }
                    pool.submit { state in
                        state == .active ? self.runNext() : self.takeBack(id, .unavailable)
                    }
                case .full(let retryAfter):
                    refused.add(1, ordering: .relaxed)
                    continuation.resume(returning: .failure(.overloaded(retryAfter: retryAfter)))
                }
            }
        } onCancel: {
            if let id = ticket.withLock({ $0 }) { takeBack(id, .cancelled) }
        }
        return try result.get()
    }

    private func takeBack(_ id: Int, _ error: PasswordHashingError) {
        queue.withLock { $0.cancel(id) }?.continuation.resume(returning: .failure(error))
    }

    /// On a thread of the pool: the next job, if it was not taken back meanwhile.
    private func runNext() {
        guard let job = queue.withLock({ $0.start() }) else { return }
        let start = ContinuousClock.now
        let hashes = job.settings.compactMap { workspace().hash(job.password.utf8, setting: $0) }
        performed.add(job.settings.count, ordering: .relaxed)
        queue.withLock { $0.finished(after: start.duration(to: .now)) }
        job.continuation.resume(
            returning: hashes.count == job.settings.count ? .success(hashes) : .failure(.unavailable))
    }

    private func workspace() -> BcryptWorkspace {
        if let workspace = workspaces.currentValue { return workspace }
        // On Linux this is the calling thread alone (setpriority(2), "C library/kernel differences").
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
        let workspace = BcryptWorkspace()
        workspaces.currentValue = workspace
        return workspace
    }

    /// In a time that does not depend on where the first difference is.
    private static func isEqual(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
