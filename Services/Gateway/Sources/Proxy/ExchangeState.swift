/// One request and its answer: what has come, what has gone, and so what is to be done next.
///
/// It does no I/O and carries no bytes; the handlers tell it what happened and do what it says.
package struct ExchangeState: Sendable {
    private enum Phase: Sendable {
        /// Waits for the guard → connecting, answering.
        case admitting
        /// Waits for an upstream connection → exchanging, answering.
        case connecting
        /// The request goes up and the answer comes down → connecting (again), answering, finished.
        case exchanging
        /// The gateway answers by itself → finished.
        case answering
        /// The answer is complete; what is left of the request is thrown away.
        case finished
    }

    package enum BodyAction: Sendable, Hashable {
        case forward
        case discard
        /// The body is larger than allowed: 413, as long as no answer has begun.
        case refuse
        /// The same, but an answer has begun: all that is left is to close.
        case abort
    }

    package enum Failure: Sendable, Hashable {
        /// No endpoint to try.
        case noEndpoint
        /// Every connection that may be made is in use.
        case exhausted
        /// The service answered nobody, and is left alone for a moment.
        case circuitOpen
        case connectFailed
        /// The connection ended, by itself or with an error.
        case connectionLost
        /// What came back is no answer.
        case malformedAnswer
        case timedOut
    }

    package enum FailureAction: Sendable, Hashable {
        /// Ask again on a connection that was not used before.
        case retry
        /// Answer with an error.
        case answer
        /// An answer has begun: close the client's connection, so that it cannot take it for complete.
        case abort
        /// The exchange is over already.
        case ignore
    }

    package let framing: BodyFraming
    private let isIdempotent: Bool
    private let maximumBody: Int
    private var waitsForContinue: Bool
    private var phase = Phase.admitting
    private var attempts = 0
    /// Of the request's body, that have come.
    package private(set) var bodyBytes = 0
    private var headWasWritten = false
    private var bodyWasForwarded = false
    private var hasRepeated = false
    package private(set) var requestIsComplete = false
    /// Whether any byte of an upstream's answer has come.
    package private(set) var answerHasBegun = false
    /// Whether the final head has gone to the client.
    package private(set) var headWasAnswered = false

    private static let maximumAttempts = 3
    /// How much of an unwanted body is read and thrown away to keep a connection, in bytes.
    package static let worthDiscarding = 64 * 1024

    package init(framing: BodyFraming, isIdempotent: Bool, expectsContinue: Bool, maximumBody: Int) {
        self.framing = framing
        self.isIdempotent = isIdempotent
        self.maximumBody = maximumBody
        waitsForContinue = expectsContinue
    }

    package init(_ request: RequestHead, maximumBody: Int) {
        self.init(
            framing: request.framing, isIdempotent: request.isIdempotent, expectsContinue: request.expectsContinue,
            maximumBody: maximumBody)
    }

    // MARK: Going up

    /// The guard let the request pass: an upstream connection is to be found.
    package mutating func admitted() -> Bool {
        guard phase == .admitting else { return false }
        phase = .connecting
        return true
    }

    /// A connection is there: the head goes up.
    ///
    /// - Returns: whether the client is to be told to send its body.
    package mutating func connected() -> (proceeds: Bool, sendsContinue: Bool) {
        guard phase == .connecting else { return (false, false) }
        phase = .exchanging
        attempts += 1
        headWasWritten = false
        defer { waitsForContinue = false }
        return (true, waitsForContinue)
    }

    /// The last byte of the head left: from here on a lost connection may mean that the request was done.
    package mutating func headWritten() { headWasWritten = true }

    /// Whether what is forwarded now has to be kept until it is known that the head left.
    package var keepsForRetry: Bool { phase == .exchanging && !headWasWritten && !answerHasBegun }

    /// Whether body bytes have somewhere to go, be it nowhere.
    package var takesBody: Bool {
        switch phase {
        case .admitting, .connecting: false
        case .exchanging, .answering, .finished: true
        }
    }

    package mutating func bodyReceived(_ count: Int) -> BodyAction {
        bodyBytes += count
        guard phase == .exchanging else { return .discard }
        guard bodyBytes <= maximumBody else { return headWasAnswered ? .abort : .refuse }
        bodyWasForwarded = true
        return .forward
    }

    /// - Returns: whether the end is to be told to the upstream.
    package mutating func requestEnded() -> Bool {
        requestIsComplete = true
        return phase == .exchanging
    }

    /// What was kept for a retry goes back to where it waits.
    package mutating func tookBack(bodyBytes count: Int, end: Bool) {
        bodyBytes -= count
        bodyWasForwarded = false
        if end, framing.hasBody { requestIsComplete = false }
    }

    // MARK: Coming down

    package mutating func informationalReceived() -> Bool {
        guard phase == .exchanging, !headWasAnswered else { return false }
        answerHasBegun = true
        return true
    }

    package mutating func headReceived() -> Bool {
        guard phase == .exchanging, !headWasAnswered else { return false }
        answerHasBegun = true
        headWasAnswered = true
        return true
    }

    /// The upstream's answer is complete.
    ///
    /// - Returns: whether the upstream connection may serve another request.
    package mutating func answerEnded(upstreamKeepsAlive: Bool) -> Bool {
        phase = .finished
        return upstreamKeepsAlive && requestIsComplete
    }

    /// - Parameters:
    ///   - isOnReused: whether the connection was used before, and so may have gone stale.
    ///   - spendsRetry: takes a retry from the budget; asked only when nothing else stands in the way.
    package mutating func failed(
        _ failure: Failure, isOnReused: Bool = false, spendsRetry: () -> Bool = { true }
    ) -> FailureAction {
        switch phase {
        case .connecting where mayTryAgain(after: failure, isOnReused, spendsRetry): return .retry
        case .connecting, .admitting: break
        case .exchanging:
            if headWasAnswered {
                phase = .finished
                return .abort
            }
            if mayTryAgain(after: failure, isOnReused, spendsRetry) {
                phase = .connecting
                return .retry
            }
        case .answering, .finished: return .ignore
        }
        phase = .answering
        return .answer
    }

    /// A request whose bytes were never sent may be sent; one that is safe to repeat and still whole may be repeated once.
    ///
    /// All within the budget, except for what a stale connection never sent: that gave no instance any work, and happens to
    /// many at a time when an instance is restarted.
    private mutating func mayTryAgain(
        after failure: Failure, _ isOnReused: Bool, _ spendsRetry: () -> Bool
    ) -> Bool {
        switch failure {
        case .noEndpoint, .exhausted, .circuitOpen, .malformedAnswer, .timedOut: return false
        case .connectFailed:
            attempts += 1
            return attempts < Self.maximumAttempts && spendsRetry()
        case .connectionLost:
            guard attempts < Self.maximumAttempts, !answerHasBegun else { return false }
            if keepsForRetry { return isOnReused || spendsRetry() }
            guard mayBeRepeated, spendsRetry() else { return false }
            hasRepeated = true
            return true
        }
    }

    /// Whether a failure tells something of the instance: not where a connection had only gone stale, and not where none
    /// was asked. One that cannot be connected to is out by its health.
    package func blamesInstance(for failure: Failure, isOnReused: Bool) -> Bool {
        switch failure {
        case .noEndpoint, .exhausted, .circuitOpen, .connectFailed: false
        case .connectionLost: answerHasBegun || !isOnReused
        case .malformedAnswer, .timedOut: true
        }
    }

    /// Whether the whole request may be sent again although an upstream may have begun it: once, if that is safe.
    package var mayBeRepeated: Bool {
        phase == .exchanging && attempts < Self.maximumAttempts && !answerHasBegun && isIdempotent && !bodyWasForwarded
            && !hasRepeated
    }

    // MARK: The gateway's own answer

    /// - Returns: false when an answer has begun and no other can be given.
    package mutating func answering() -> Bool {
        guard !headWasAnswered, phase != .finished else { return false }
        phase = .answering
        headWasAnswered = true
        return true
    }

    package mutating func answered() { phase = .finished }

    package var isFinished: Bool { phase == .finished }

    /// Whether the request and its answer are both over, so that the next request's turn has come.
    package var isOver: Bool { phase == .finished && requestIsComplete }

    /// Whether the rest of the request may be read only to be thrown away, so that the connection can go on.
    package var restIsShort: Bool {
        if requestIsComplete { return true }
        guard !waitsForContinue, case .length(let length) = framing else { return !framing.hasBody }
        return length - bodyBytes <= Self.worthDiscarding
    }

    /// What the exchange waits for, which decides how long it may.
    package enum Wait: Sendable, Hashable {
        case admission
        case connection
        case requestBody
        case answerHead
        case answerBody
        case nothing
    }

    package var wait: Wait {
        switch phase {
        case .admitting: .admission
        case .connecting: .connection
        case .exchanging: headWasAnswered ? .answerBody : requestIsComplete ? .answerHead : .requestBody
        case .answering, .finished: requestIsComplete ? .nothing : .requestBody
        }
    }
}
