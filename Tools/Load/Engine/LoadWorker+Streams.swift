import NIOCore
import NIOPosix

// Event streams: they are opened during the ramp, and every change that is made must come on those of its user.
extension LoadWorker {
    /// Opens this worker's share of the streams, each of the next user.
    func openStreams(every workers: Int, from index: Int) {
        let users = Array(users)
        guard plan.scenario.streams > 0, !users.isEmpty else { return }
        for stream in stride(from: index, to: plan.scenario.streams, by: workers) {
            let user = users[stream / workers % users.count]
            let connection = StreamConnection(user: user, worker: self)
            streams.connections.append(connection)
            let ramp = plan.clock.measuredFrom - plan.clock.start
            let moment = plan.clock.start + ramp * Int64(stream) / Int64(plan.scenario.streams)
            loop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(UInt64(moment))) { self.open(connection) }
        }
    }

    private func open(_ stream: StreamConnection) {
        guard !isStopping, LoadClock.now < end else { return }
        let bound = NIOLoopBound(stream, eventLoop: loop)
        ClientBootstrap(group: loop)
            .connectTimeout(.nanoseconds(plan.timeout))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StreamHandshake(bound.value))
                }
            }
            .connect(to: plan.address)
            .assumeIsolated()
            .whenFailure { _ in self.streamFailed(stream, .connectionFailed) }
    }

    func streamOpened(_ stream: StreamConnection) {
        streams.opened(of: stream.user.account.id)
    }

    /// Counts the failure and opens the stream anew.
    func streamFailed(_ stream: StreamConnection, _ error: LoadError) {
        guard !isStopping else { return }
        let now = LoadClock.now
        recorder.failed(.delivery, error, due: now, sent: now, now: now)
        loop.assumeIsolated().scheduleTask(in: .milliseconds(500)) { self.open(stream) }
    }

    func streamClosed(_ stream: StreamConnection) {
        streams.closed(of: stream.user.account.id)
        streamFailed(stream, .streamEnded)
    }

    /// A change was answered: its events have come or will come.
    func expectEvents(of exchange: Exchange) {
        guard exchange.sent >= plan.clock.measuredFrom else { return }
        streams.expect(of: exchange.user.account.id)
    }

    func received(_ kind: EventCheck.Kind) {
        let now = LoadClock.now
        switch kind {
        case .change(let sent):
            recorder.answered(.delivery, due: sent, sent: sent, now: now)
            if sent >= plan.clock.measuredFrom { streams.deliver() }
        case .wrong: recorder.failed(.delivery, .wrongEvent, due: now, sent: now, now: now)
        case .other: break
        }
    }

    func closeStreams() {
        let now = LoadClock.now
        for _ in 0..<max(0, streams.missing) {
            recorder.failed(.delivery, .eventMissing, due: now, sent: now, now: now)
        }
        for stream in streams.connections { stream.close() }
        streams.connections = []
    }
}
