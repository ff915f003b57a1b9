import NIOCore
import Redis
import Synchronization

/// Stops asking a Redis that does not answer: after a failure only one question every half second is sent, the others fail
/// at once, so that an outage costs requests no time.
final class RedisBreaker: Sendable {
    private static let pause = 500_000

    /// Microseconds; 0 while Redis answers.
    private let closedUntil = Mutex(0)

    /// Sends the question, or fails without sending it.
    func ask<Answer>(
        on eventLoop: any EventLoop, _ question: () -> EventLoopFuture<Answer>
    ) -> EventLoopFuture<Answer> {
        guard lets(now: RequestGuard.microseconds()) else {
            return eventLoop.makeFailedFuture(RedisError(.unavailable, "it did not answer a moment ago"))
        }
        return question().always { result in
            switch result {
            case .success: self.closedUntil.withLock { $0 = 0 }
            case .failure(let error): self.failed(error, now: RequestGuard.microseconds())
            }
        }
    }

    private func lets(now: Int) -> Bool {
        closedUntil.withLock {
            guard $0 > 0 else { return true }
            guard now >= $0 else { return false }
            $0 = now + Self.pause
            return true
        }
    }

    private func failed(_ error: any Error, now: Int) {
        // An error that the server itself answers is no outage, except that it is still loading its data.
        if let error = error as? RedisError, let kind = error.serverErrorKind, kind != "LOADING" { return }
        closedUntil.withLock { $0 = now + Self.pause }
    }
}
