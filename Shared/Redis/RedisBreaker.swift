package import NIOCore
import Synchronization

/// Stops asking a Redis that does not answer: after a failure only one question every half second is sent, the others fail
/// at once, so that an outage costs requests no time.
package final class RedisBreaker: Sendable {
    private static let pause = TimeAmount.milliseconds(500)

    /// Nil while Redis answers.
    private let closedUntil = Mutex<NIODeadline?>(nil)

    package init() {}

    /// Sends the question, or fails without sending it.
    package func ask<Answer>(
        on eventLoop: any EventLoop, _ question: () -> EventLoopFuture<Answer>
    ) -> EventLoopFuture<Answer> {
        guard lets(now: .now()) else { return eventLoop.makeFailedFuture(Self.refusal) }
        return question().always { result in
            switch result {
            case .success: self.succeeded()
            case .failure(let error): self.failed(error, now: .now())
            }
        }
    }

    /// Sends the question, or throws without sending it.
    package func ask<Answer: Sendable>(
        _ question: () async throws(RedisError) -> Answer
    ) async throws(RedisError) -> Answer {
        guard lets(now: .now()) else { throw Self.refusal }
        do throws(RedisError) {
            let answer = try await question()
            succeeded()
            return answer
        } catch {
            failed(error, now: .now())
            throw error
        }
    }

    private static let refusal = RedisError(.unavailable, "it did not answer a moment ago")

    private func lets(now: NIODeadline) -> Bool {
        closedUntil.withLock { closedUntil in
            guard let end = closedUntil else { return true }
            guard now >= end else { return false }
            closedUntil = now + Self.pause
            return true
        }
    }

    private func succeeded() { closedUntil.withLock { $0 = nil } }

    private func failed(_ error: any Error, now: NIODeadline) {
        // An error that the server itself answers is no outage, except that it is still loading its data.
        if let error = error as? RedisError, let kind = error.serverErrorKind, kind != "LOADING" { return }
        closedUntil.withLock { $0 = now + Self.pause }
    }
}
