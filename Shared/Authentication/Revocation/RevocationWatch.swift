import FoundationEssentials
package import Logging
package import NIOCore
package import Redis
import ServiceLifecycle
import Synchronization

/// Keeps the revocations of the whole cluster in this process, so that no request has to ask for them.
///
/// It asks Redis for what is new, and Auth where Redis proves too little. When it asks is decided by ``QuestionRhythm``, what the
/// answers are worth by ``RevocationFeed``; this carries them.
package final class RevocationWatch: Service, Sendable {
    private struct Knowledge {
        var feed: RevocationFeed
        var rhythm: QuestionRhythm

        /// What one who waits is told; `unproven` when he has to wait on.
        func verdict(on token: AccessToken, now: ContinuousClock.Instant) -> RevocationVerdict {
            let verdict = feed.verdict(on: token, now: now)
            return verdict == .valid && !rhythm.serves ? .unproven : verdict
        }

        func needsAuth(now: ContinuousClock.Instant) -> Bool {
            feed.needsAuth(now: now, patience: rhythm.patience)
        }
    }

    private let knowledge: Mutex<Knowledge>
    private let waiting = WaitingList<AccessToken, RevocationVerdict>(capacity: 10_000)
    private let redis: RedisClient
    private let keys: RevocationKeys
    private let authURLs: [String]
    private let timing: RevocationTiming
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    /// Whether the last answers proved enough, for the log alone.
    private let wasCurrent = Mutex(false)
    /// Each lets Redis be asked once.
    private let questions = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    /// Each lets Auth be asked, if that is needed.
    private let doubts = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// - Parameter authURLs: the private ports of all Auth instances, such as `http://10.0.0.7:8250`.
    package init(
        redis: RedisClient, keys: RevocationKeys, authURLs: [String], eventLoopGroup: any EventLoopGroup,
        logger: Logger, timing: RevocationTiming = RevocationTiming()
    ) {
        self.knowledge = Mutex(
            Knowledge(feed: RevocationFeed(timing: timing), rhythm: QuestionRhythm(timing: timing, now: .now)))
        self.redis = redis
        self.keys = keys
        self.authURLs = authURLs
        self.timing = timing
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
    }

    // MARK: What requests ask

    /// What is known and proven now; never waits. After a time without a request it is `unproven` for the first ones: a
    /// question is sent at once, whose answer ``settledVerdict(on:eventLoop:)`` waits for.
    package func verdict(on token: AccessToken) -> RevocationVerdict {
        let now = ContinuousClock.now
        let (verdict, asksNow) = knowledge.withLock { knowledge in
            let reception = knowledge.rhythm.comes(now: now)
            return (knowledge.verdict(on: token, now: now), reception == .waits(asksNow: true))
        }
        if asksNow { questions.continuation.yield() }
        return verdict
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
        return knowledge.withLock { $0.feed.isProven(within: timing.window + timing.promise, now: now) }
    }

    /// How long ago the last proof was asked for; nil before the first complete load.
    package var proofAge: Duration? {
        let now = ContinuousClock.now
        return knowledge.withLock { $0.feed.provenAt?.duration(to: now) }
    }

    /// Whether it is proven now that every revocation is known.
    package var isProven: Bool {
        let now = ContinuousClock.now
        return knowledge.withLock { $0.feed.isProven(within: timing.window, now: now) }
    }

    /// How many revocations are known.
    package var count: Int { knowledge.withLock { $0.feed.known.count } }

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
        let eventLoop = eventLoopGroup.any()
        var next: Scheduled<Void>?
        questions.continuation.yield()
        for await _ in questions.stream {
            next?.cancel()
            let askedAt = ContinuousClock.now
            knowledge.withLock { $0.rhythm.asks() }
            if await askRedis(askedAt) == .askAgain {
                questions.continuation.yield()
                continue
            }
            let now = ContinuousClock.now
            let pause = knowledge.withLock { $0.rhythm.ends(now: now) }
            settle()
            next = eventLoop.scheduleTask(in: TimeAmount(pause - askedAt.duration(to: now))) {
                self.questions.continuation.yield()
            }
        }
        next?.cancel()
    }

    private func askRedis(_ askedAt: ContinuousClock.Instant) async -> RevocationFeed.Step {
        let question = knowledge.withLock { $0.feed.position }
        do throws(RedisError) {
            let reply = try await redis.evaluate(
                RevocationQuestion.script, keys: [keys.state, keys.stream],
                arguments: RevocationQuestion.arguments(question), deadline: timing.redisDeadline)
            let answer = try RevocationQuestion.answer(reply)
            return knowledge.withLock { $0.feed.receive(answer, to: question, askedAt: askedAt) }
        } catch {
            logger.debug("Redis does not tell the revocations", metadata: ["reason": "\(error)"])
            return .wait
        }
    }

    private func followAuth(_ inquiry: AuthInquiry) async {
        for await _ in doubts.stream {
            while !Task.isCancelled {
                let askedAt = ContinuousClock.now
                guard knowledge.withLock({ $0.needsAuth(now: askedAt) }) else { break }
                let question = knowledge.withLock { $0.feed.position }
                let reports = await inquiry.ask(after: question)
                let step = knowledge.withLock { $0.feed.receive(reports, to: question, askedAt: askedAt) }
                settle()
                // Asking again is of use only when the last answer brought something.
                if step == .askAgain, knowledge.withLock({ $0.feed.position }) != question { continue }
                try? await Task.sleep(until: askedAt + timing.authInterval, clock: .continuous)
            }
        }
    }

    /// After an answer, or the lack of one: tells those who wait for it.
    private func settle() {
        let (now, seconds) = (ContinuousClock.now, Int(Date().timeIntervalSince1970))
        let (isCurrent, needsAuth) = knowledge.withLock { knowledge in
            knowledge.feed.removeExpired(now: seconds)
            return (knowledge.feed.isProven(within: timing.window, now: now), knowledge.needsAuth(now: now))
        }
        if needsAuth { doubts.continuation.yield() }
        waiting.resolve { token in
            let verdict = knowledge.withLock { $0.verdict(on: token, now: now) }
            return verdict == .unproven ? nil : verdict
        }
        tell(isCurrent)
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
