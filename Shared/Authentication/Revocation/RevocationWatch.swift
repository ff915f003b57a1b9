import FoundationEssentials
package import Logging
package import NIOCore
package import Redis
import ServiceLifecycle
import Synchronization

/// Keeps the revocations of the whole cluster in this process, so that no request has to ask for them.
///
/// Every few milliseconds it asks Redis for what is new, and Auth where Redis proves too little. What the answers are
/// worth is decided by ``RevocationFeed``; this carries them.
package final class RevocationWatch: Service, Sendable {
    private let feed: Mutex<RevocationFeed>
    private let waiting = WaitingList<AccessToken, RevocationVerdict>(capacity: 10_000)
    private let redis: RedisClient
    private let keys: RevocationKeys
    private let authURLs: [String]
    private let timing: RevocationTiming
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    /// Whether the last answers proved enough, for the log alone.
    private let wasCurrent = Mutex(false)

    /// - Parameter authURLs: the private ports of all Auth instances, such as `http://10.0.0.7:8250`.
    package init(
        redis: RedisClient, keys: RevocationKeys, authURLs: [String], eventLoopGroup: any EventLoopGroup,
        logger: Logger, timing: RevocationTiming = RevocationTiming()
    ) {
        self.feed = Mutex(RevocationFeed(timing: timing))
        self.redis = redis
        self.keys = keys
        self.authURLs = authURLs
        self.timing = timing
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
    }

    // MARK: What requests ask

    /// What is known and proven now; never waits.
    package func verdict(on token: AccessToken) -> RevocationVerdict {
        let now = ContinuousClock.now
        return feed.withLock { $0.verdict(on: token, now: now) }
    }

    /// Waits for a proof, for a short time; `unproven` when there is none by then.
    package func settledVerdict(
        on token: AccessToken, eventLoop: any EventLoop
    ) -> EventLoopFuture<RevocationVerdict> {
        waiting.wait(token, on: eventLoop, for: timing.settling, otherwise: .unproven)
    }

    /// Whether the token was ended; without a wait in all but rare cases.
    ///
    /// - Throws: `AuthenticationError.unavailable` when it cannot be known now.
    package func isRevoked(_ token: AccessToken) async throws(AuthenticationError) -> Bool {
        var verdict = verdict(on: token)
        if verdict == .unproven {
            let settled = settledVerdict(on: token, eventLoop: eventLoopGroup.any())
            verdict = (try? await settled.get()) ?? .unproven
        }
        switch verdict {
        case .valid: return false
        case .revoked: return true
        case .unproven: throw Self.unproven
        }
    }

    /// What an unproven verdict means for a caller.
    package static let unproven = AuthenticationError.unavailable(reason: "the revocations are not proven complete")

    /// Whether requests can be answered: false before the first complete load, and after a second without a proof.
    package var isReady: Bool {
        let now = ContinuousClock.now
        return feed.withLock { $0.isProven(within: timing.window + timing.promise, now: now) }
    }

    /// How long ago the last proof was asked for; nil before the first complete load.
    package var proofAge: Duration? {
        let now = ContinuousClock.now
        return feed.withLock { $0.provenAt?.duration(to: now) }
    }

    /// Whether it is proven now that every revocation is known.
    package var isProven: Bool {
        let now = ContinuousClock.now
        return feed.withLock { $0.isProven(within: timing.window, now: now) }
    }

    /// How many revocations are known.
    package var count: Int { feed.withLock { $0.known.count } }

    // MARK: Asking

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            try await AuthInquiry.withClient(on: self.eventLoopGroup, urls: self.authURLs, self.timing) { inquiry in
                await withTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { await self.followRedis() }
                    tasks.addTask { await self.followAuth(inquiry) }
                }
            }
        }
    }

    private func followRedis() async {
        while !Task.isCancelled {
            let askedAt = ContinuousClock.now
            if await askRedis(askedAt) == .askAgain { continue }
            try? await Task.sleep(until: askedAt + timing.redisInterval, clock: .continuous)
        }
    }

    private func askRedis(_ askedAt: ContinuousClock.Instant) async -> RevocationFeed.Step {
        let question = feed.withLock { $0.position }
        do throws(RedisError) {
            let reply = try await redis.evaluate(
                RevocationQuestion.script, keys: [keys.state, keys.stream],
                arguments: RevocationQuestion.arguments(question), deadline: timing.redisDeadline)
            let answer = try RevocationQuestion.answer(reply)
            return update { $0.receive(answer, to: question, askedAt: askedAt) }
        } catch {
            logger.debug("Redis does not tell the revocations", metadata: ["reason": "\(error)"])
            return update { _ in .wait }
        }
    }

    private func followAuth(_ inquiry: AuthInquiry) async {
        while !Task.isCancelled {
            let askedAt = ContinuousClock.now
            guard feed.withLock({ $0.needsAuth(now: askedAt) }) else {
                try? await Task.sleep(for: timing.redisInterval)
                continue
            }
            let question = feed.withLock { $0.position }
            let reports = await inquiry.ask(after: question)
            let step = update { $0.receive(reports, to: question, askedAt: askedAt) }
            // Asking again is of use only when the last answer brought something.
            if step == .askAgain, feed.withLock({ $0.position }) != question { continue }
            try? await Task.sleep(until: askedAt + timing.authInterval, clock: .continuous)
        }
    }

    /// Changes the feed, and tells those who wait for it.
    private func update(_ change: (inout RevocationFeed) -> RevocationFeed.Step) -> RevocationFeed.Step {
        let (now, seconds) = (ContinuousClock.now, Int(Date().timeIntervalSince1970))
        let (step, isCurrent) = feed.withLock { feed in
            let step = change(&feed)
            feed.removeExpired(now: seconds)
            return (step, feed.isProven(within: timing.window, now: now))
        }
        waiting.resolve { token in
            let verdict = verdict(on: token)
            return verdict == .unproven ? nil : verdict
        }
        tell(isCurrent)
        return step
    }

    private func tell(_ isCurrent: Bool) {
        guard
            wasCurrent.withLock({ wasCurrent in
                defer { wasCurrent = isCurrent }
                return wasCurrent != isCurrent
            })
        else { return }
        if isCurrent {
            logger.notice("The revocations are proven complete", metadata: ["known": "\(count)"])
        } else {
            logger.warning("The revocations are not proven complete: callers wait, and get 503")
        }
    }
}
