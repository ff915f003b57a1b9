import Gateway
import Testing

@Suite("Exchange state")
struct ExchangeStateTests {
    private func exchange(
        _ framing: BodyFraming = .none, idempotent: Bool = true, expectsContinue: Bool = false, maximumBody: Int = 100
    ) -> ExchangeState {
        ExchangeState(
            framing: framing, isIdempotent: idempotent, expectsContinue: expectsContinue, maximumBody: maximumBody)
    }

    /// As far as an upstream connection.
    private func connected(
        _ framing: BodyFraming = .none, idempotent: Bool = true, headWritten: Bool = true
    ) -> ExchangeState {
        var state = exchange(framing, idempotent: idempotent)
        #expect(state.admitted() == true)
        #expect(state.connected().proceeds == true)
        if headWritten { state.headWritten() }
        return state
    }

    @Test("a request without a body goes up, comes down, and leaves both connections usable")
    func plain() {
        var state = exchange()
        #expect(state.wait == .admission && !state.takesBody)
        #expect(state.requestEnded() == false)
        #expect([state.admitted(), state.admitted()] == [true, false])
        #expect(state.wait == .connection)
        #expect(state.connected() == (true, false))
        state.headWritten()
        #expect(state.wait == .answerHead)
        #expect([state.headReceived(), state.headReceived()] == [true, false])
        #expect(state.wait == .answerBody && !state.isOver)
        #expect(state.answerEnded(upstreamKeepsAlive: true) == true)
        #expect(state.isOver && state.restIsShort)
    }

    @Test("a client that waits for 100 is told to go on once, when an upstream is there")
    func expectContinue() {
        var state = exchange(.length(5), idempotent: false, expectsContinue: true)
        #expect(!state.restIsShort)
        _ = state.admitted()
        #expect(state.connected() == (true, true))
        #expect(state.failed(.connectionLost) == .retry)
        #expect(state.connected() == (true, false))
    }

    @Test("a body is counted while it passes")
    func bodyLimit() {
        var state = connected(.chunked, idempotent: false)
        #expect(state.bodyReceived(60) == .forward)
        #expect(state.bodyReceived(40) == .forward)
        #expect(state.bodyReceived(1) == .refuse)
        var answered = connected(.chunked, idempotent: false)
        _ = answered.headReceived()
        #expect(answered.bodyReceived(101) == .abort)
    }

    @Test(
        "a request is asked again only if it was never sent, or if doing it twice is doing it once",
        arguments: [
            // idempotent, head sent, body sent → retried
            (true, true, false, true), (true, true, true, false), (true, false, true, true),
            (false, true, false, false), (false, true, true, false), (false, false, false, true),
        ])
    func retries(isIdempotent: Bool, headSent: Bool, bodySent: Bool, isRetried: Bool) {
        var state = connected(.length(10), idempotent: isIdempotent, headWritten: headSent)
        if bodySent { #expect(state.bodyReceived(10) == .forward) }
        #expect(state.failed(.connectionLost) == (isRetried ? .retry : .answer))
    }

    @Test("what was sent is asked again once, what was not a few times")
    func retryLimit() {
        var sent = connected()
        #expect(sent.failed(.connectionLost) == .retry)
        _ = sent.connected()
        sent.headWritten()
        #expect(sent.failed(.connectionLost) == .answer)
        #expect(sent.failed(.connectionLost) == .ignore)

        var unsent = exchange(.none, idempotent: false)
        _ = unsent.admitted()
        #expect(unsent.failed(.connectFailed) == .retry)
        #expect(unsent.failed(.connectFailed) == .retry)
        #expect(unsent.failed(.connectFailed) == .answer)
    }

    @Test("a retry has to be in the budget, except for what a stale connection never sent")
    func budget() {
        func isRetried(
            _ failure: ExchangeState.Failure, isOnReused: Bool, headWritten: Bool, idempotent: Bool
        ) -> (allowed: Bool, refused: Bool, asked: Int) {
            var asked = 0
            let states = (0..<2).map { _ in connected(.length(10), idempotent: idempotent, headWritten: headWritten) }
            let actions = zip(states, [true, false]).map { state, mayRetry in
                var state = state
                return state.failed(failure, isOnReused: isOnReused) {
                    asked += 1
                    return mayRetry
                }
            }
            return (actions[0] == .retry, actions[1] == .retry, asked)
        }
        let stale = isRetried(.connectionLost, isOnReused: true, headWritten: false, idempotent: false)
        #expect(stale == (true, true, 0))
        let unsent = isRetried(.connectionLost, isOnReused: false, headWritten: false, idempotent: false)
        #expect(unsent == (true, false, 2))
        let sent = isRetried(.connectionLost, isOnReused: true, headWritten: true, idempotent: true)
        #expect(sent == (true, false, 2))
        let processed = isRetried(.connectionLost, isOnReused: false, headWritten: true, idempotent: false)
        #expect(processed == (false, false, 0))
        var unconnected = exchange(idempotent: false)
        _ = unconnected.admitted()
        #expect(unconnected.failed(.connectFailed, spendsRetry: { false }) == .answer)
    }

    @Test("an instance is blamed for what it did, not for a connection that had gone stale or was never made")
    func blame() {
        let state = connected()
        #expect(state.blamesInstance(for: .timedOut, isOnReused: true))
        #expect(state.blamesInstance(for: .malformedAnswer, isOnReused: true))
        #expect(state.blamesInstance(for: .connectionLost, isOnReused: false))
        #expect(!state.blamesInstance(for: .connectionLost, isOnReused: true))
        #expect(!state.blamesInstance(for: .connectFailed, isOnReused: false))
        #expect(!state.blamesInstance(for: .circuitOpen, isOnReused: false))
        var begun = connected()
        _ = begun.headReceived()
        #expect(begun.blamesInstance(for: .connectionLost, isOnReused: true))
    }

    @Test(
        "nothing is asked again after a byte of an answer, or a timeout",
        arguments: [
            ExchangeState.Failure.malformedAnswer, .timedOut, .noEndpoint, .exhausted, .circuitOpen,
        ])
    func noRetry(failure: ExchangeState.Failure) {
        var state = connected()
        #expect(state.failed(failure) == .answer)
        var informed = connected()
        #expect(informed.informationalReceived() == true)
        #expect(informed.failed(.connectionLost) == .answer)
        var begun = connected()
        _ = begun.headReceived()
        #expect(begun.failed(.connectionLost) == .abort)
    }

    @Test("what was kept for a retry counts only once")
    func takingBack() {
        var state = connected(.length(100), idempotent: false, headWritten: false)
        #expect(state.bodyReceived(100) == .forward)
        #expect(state.requestEnded() == true)
        #expect(state.keepsForRetry)
        #expect(state.failed(.connectionLost) == .retry)
        state.tookBack(bodyBytes: 100, end: true)
        #expect(!state.requestIsComplete && !state.takesBody)
        _ = state.connected()
        #expect(state.bodyReceived(100) == .forward)
        #expect(state.requestEnded() == true)
    }

    @Test("an upstream that answers before it has read everything is not used again")
    func earlyAnswer() {
        var state = connected(.length(100_000), idempotent: false)
        _ = state.headReceived()
        #expect(!state.restIsShort)
        #expect(state.answerEnded(upstreamKeepsAlive: true) == false)
        #expect(!state.isOver)
        #expect(state.bodyReceived(10) == .discard)
        #expect(state.requestEnded() == false)
        #expect(state.isOver)
    }

    @Test("a short rest of a refused body is read to keep the connection, a long or an unknown one is not")
    func rest() {
        func isShort(_ framing: BodyFraming, expectsContinue: Bool = false) -> Bool {
            var state = exchange(framing, expectsContinue: expectsContinue)
            #expect([state.answering(), state.answering()] == [true, false])
            state.answered()
            return state.restIsShort
        }
        #expect(isShort(.none) && isShort(.length(65_536)))
        #expect(!isShort(.length(65_537)) && !isShort(.chunked) && !isShort(.length(1), expectsContinue: true))
    }

    @Test("an answer that has begun cannot be replaced by another")
    func oneAnswer() {
        var state = connected()
        _ = state.headReceived()
        #expect(state.answering() == false)
    }
}
