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
                case .answerHead: (.answerHead, deadlines.answerHead)
                case .answerBody, .nothing: (.answerBody, deadlines.idle)
                }
            } else if gate.hasPartialHead || deadline.reason == .requestHead {
                (.requestHead, deadlines.requestHead)
            } else {
                (.keepAlive, deadlines.keepAlive)
            }
        deadline.wait(for: reason, until: loop.tick &+ ticks, progress: progress)
    }

    func checkDeadline(now: UInt32) {
        guard deadline.hasPassed(at: now) else { return leaveSilentUpstream() }
        if isClosing {
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
    private func leaveSilentUpstream() {
        guard let exchange, let upstream = exchange.upstream, let group = exchange.pool?.group,
            group.silent.contains(upstream.endpoint), exchange.state.mayBeRepeated, !group.healthy.isEmpty
        else { return }
        upstream.cancel()
        exchange.failedEndpoints.insert(EndpointSet(upstream.endpoint))
        failed(exchange, .connectionLost, cause: "The upstream has fallen silent")
        flush()
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
            let endpoint = exchange.endpoint
            exchange.upstream?.cancel()
            failed(exchange, .timedOut, cause: "No answer in time (\(deadline.reason), endpoint \(endpoint ?? -1))")
        default:
            loop.log.cutOff(cause: "No progress in time (\(deadline.reason))", exchange: exchange)
            abort()
        }
    }
}
