import APIContract
import NIOCore

// How long a connection may wait for what, and what happens then.
extension ClientConnection {
    /// - Parameter progress: bytes of the answer have moved.
    func updateDeadline(progress: Bool = false) {
        guard !isClosing else { return }
        let deadlines = loop.deadlines
        let (reason, ticks): (ClientDeadline.Reason, UInt32) =
            if let exchange {
                switch exchange.state.wait {
                case .admission: (.admission, deadlines.admission)
                case .connection: (.connection, deadlines.connection)
                case .requestBody where takesBytes: (.requestBody, deadlines.requestBody)
                case .requestBody: (.upstreamTakesBody, deadlines.idle)
                case .answerHead: (.answerHead, max(deadlines.answerHead, exchange.routeTimeout))
                case .answerBody, .nothing: (.answerBody, deadlines.idle)
                }
            } else if gate.hasPartialHead || deadline.reason == .requestHead {
                (.requestHead, deadlines.requestHead)
            } else {
                (.keepAlive, deadlines.keepAlive)
            }
        deadline.wait(for: reason, until: loop.tick &+ ticks, progress: progress)
    }

    /// - Parameter microseconds: the time of this tick, on the clock of latencies.
    func checkDeadline(now: UInt32, microseconds: Int) {
        if let exchange, exchange.hasRunOut(at: now), !isClosing {
            runOut(exchange)
        } else if !deadline.hasPassed(at: now) {
            watchUpstream(now: microseconds)
            return
        } else if isClosing {
            abort()
        } else if let exchange {
            timedOut(exchange)
        } else if gate.hasPartialHead {
            refuse(.tooSlow)
        } else {
            closeAfterAnswer()
        }
        flush()
    }

    /// What waits for an instance that no longer answers its checks either is asked of another, where that is safe.
    private func watchUpstream(now: Int) {
        guard let exchange, let upstream = exchange.upstream, let pool = exchange.pool,
            exchange.state.wait == .answerHead
        else { return }
        pool.stillWaits(exchange, now: now)
        let group = pool.group
        guard group.silent.contains(upstream.instance.member.slot), exchange.state.mayBeRepeated, !group.healthy.isEmpty
        else { return }
        upstream.cancel()
        exchange.failedEndpoints.insert(EndpointSet(upstream.instance.member.slot))
        failed(exchange, .connectionLost, cause: "The upstream has fallen silent")
        flush()
    }

    /// All the time that the request had is over.
    private func runOut(_ exchange: Exchange) {
        exchange.upstream?.cancel()
        failed(exchange, .timedOut, cause: "The request has used all its time up")
    }

    private func timedOut(_ exchange: Exchange) {
        if exchange.state.isFinished { return abort() }  // answered, and the rest of the request does not come
        if exchange.heldAnswer != nil {
            exchange.answer.closesConnection = true
            return writeHeldAnswer(for: exchange)
        }
        switch deadline.reason {
        case .requestBody where !exchange.state.headWasAnswered:
            answer(exchange, RequestRefusal.tooSlow.error, closes: true)
        case .admission:
            answer(exchange, Self.cannotAuthenticate, cause: "The guard did not decide in time")
        case .connection, .upstreamTakesBody, .answerHead:
            let endpoint = exchange.instance?.member.endpoint.description ?? "none"
            exchange.upstream?.cancel()
            failed(exchange, .timedOut, cause: "No answer in time (\(deadline.reason), endpoint \(endpoint))")
        default:
            loop.log.cutOff(cause: "No progress in time (\(deadline.reason))", exchange: exchange)
            abort()
        }
    }
}
