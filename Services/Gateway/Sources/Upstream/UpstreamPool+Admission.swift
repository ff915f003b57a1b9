/// A request that waits for its turn.
struct WaitingRequest {
    let client: ClientConnection
    let exchange: Exchange
}

// Who may ask the service, and who has to wait or to go.
extension UpstreamPool {
    enum Admission {
        case admitted
        /// The client connection is told when the request may proceed, or has waited for too long.
        case queued
        /// There is no place; one may be free after so many seconds.
        case refused(retryAfter: Int)
        /// The service answers nobody at the moment.
        case circuitOpen
    }

    /// Where an exchange stands with the service.
    enum Place {
        case none
        case waiting(number: Int)
        case admitted
    }

    /// A new request for the service; it keeps its place over all its attempts, until ``leave(_:)``.
    func admit(_ exchange: Exchange, of client: ClientConnection, now: Int) -> Admission {
        if !group.takesAll {
            guard let passage = group.lets(isRepeatable: exchange.isRepeatable, now: now) else { return .circuitOpen }
            exchange.trials.ofService = passage == .trial
        }
        earnRetry()
        let arrival = queue.arrive(
            WaitingRequest(client: client, exchange: exchange), priority: exchange.route?.priority ?? .normal,
            patience: exchange.microsecondsLeft(at: tick), now: now)
        switch arrival {
        case .admitted:
            exchange.place = .admitted
            return .admitted
        case .queued(let number):
            exchange.place = .waiting(number: number)
            return .queued
        case .queuedInstead(let number, let other):
            exchange.place = .waiting(number: number)
            other.exchange.place = .none
            other.client.refused(other.exchange, retryAfter: 1)
            return .queued
        case .refused(let seconds): return .refused(retryAfter: seconds)
        }
    }

    /// The exchange is over, as far as the service is concerned.
    func leave(_ exchange: Exchange) {
        switch exchange.place {
        case .none: return
        case .waiting(let number):
            exchange.place = .none
            queue.cancel(number)
        case .admitted:
            exchange.place = .none
            queue.finished(now: RequestGuard.microseconds())
            if !queue.isEmpty { admitWaiting(now: RequestGuard.microseconds()) }
        }
    }

    /// Whoever's turn it is proceeds.
    func admitWaiting(now: Int) {
        // A request that fails at once frees its place within this loop.
        guard !isAdmitting else { return }
        isAdmitting = true
        defer { isAdmitting = false }
        while let step = queue.next(now: now) {
            switch step {
            case .start(let request):
                request.exchange.place = .admitted
                request.client.proceed(request.exchange)
            case .refuse(let request):
                request.exchange.place = .none
                request.client.refused(request.exchange, retryAfter: 1)
            }
        }
    }
}
