package import NIOCore
import Synchronization

/// Those who wait for something to become known, each for no longer than it wants to.
package final class WaitingList<Question: Sendable, Answer: Sendable>: Sendable {
    private struct Entry {
        let question: Question
        let promise: EventLoopPromise<Answer>
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// - Parameter capacity: how many may wait at once; further ones get their `otherwise` at once.
    package init(capacity: Int) { self.capacity = capacity }

    /// - Parameters:
    ///   - time: how long to wait.
    ///   - otherwise: the answer when nobody has given one by then.
    /// - Returns: a future of `eventLoop`, which never fails.
    package func wait(
        _ question: Question, on eventLoop: any EventLoop, for time: Duration, otherwise: Answer
    ) -> EventLoopFuture<Answer> {
        let promise = eventLoop.makePromise(of: Answer.self)
        let id: Int? = state.withLock { state in
            guard state.entries.count < capacity else { return nil }
            state.nextID += 1
            state.entries[state.nextID] = Entry(question: question, promise: promise)
            return state.nextID
        }
        guard let id else { return eventLoop.makeSucceededFuture(otherwise) }
        let timeout = eventLoop.scheduleTask(in: TimeAmount(time)) {
            self.remove(id)?.promise.succeed(otherwise)
        }
        promise.futureResult.whenComplete { _ in timeout.cancel() }
        return promise.futureResult
    }

    /// Answers those for whom there is an answer; the others go on waiting.
    package func resolve(_ answer: (Question) -> Answer?) {
        let answered = state.withLock { state in
            guard !state.entries.isEmpty else { return [(EventLoopPromise<Answer>, Answer)]() }
            return state.entries.compactMap { id, entry in
                guard let answer = answer(entry.question) else { return nil }
                state.entries[id] = nil
                return (entry.promise, answer)
            }
        }
        for (promise, answer) in answered { promise.succeed(answer) }
    }

    private func remove(_ id: Int) -> Entry? { state.withLock { $0.entries.removeValue(forKey: id) } }
}
