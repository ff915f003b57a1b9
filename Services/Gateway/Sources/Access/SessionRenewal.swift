package import APIContract
package import NIOCore
import Synchronization

/// How a browser session goes on when its access token has expired: its refresh token is exchanged, each once at a time
/// over all event loops of this process, and everybody who waits gets what came of it.
///
/// Other gateways may do the same at the same time: Auth gives one refresh token one successor.
package final class SessionRenewal: Sendable {
    /// What Auth is told.
    package struct Request: Sendable {
        package let refreshToken: String
        package let route: Route
        package let forwarded: ForwardedRequest
        package let requestID: String
        package let traceParent: String

        package init(
            refreshToken: String, route: Route, forwarded: ForwardedRequest, requestID: String, traceParent: String
        ) {
            self.refreshToken = refreshToken
            self.route = route
            self.forwarded = forwarded
            self.requestID = requestID
            self.traceParent = traceParent
        }

        package var isSecure: Bool { forwarded.proto == "https" }
    }

    package enum Outcome: Sendable, Hashable {
        /// - `cookies`: values of `Set-Cookie`, for the browser.
        case renewed(accessToken: String, cookies: [String])
        /// The session has ended.
        case ended(APIError)
        /// Whether it goes on is not known now; the reason is for the log.
        case unavailable(reason: String)
    }

    private let exchange: @Sendable (Request) async -> Outcome
    private let waiting = Mutex<[String: [EventLoopPromise<Outcome>]]>([:])

    package init(exchange: @escaping @Sendable (Request) async -> Outcome) { self.exchange = exchange }

    /// How many requests wait for an answer.
    package var waitingCount: Int { waiting.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    /// - Returns: a future of `eventLoop` that never fails. What has begun goes on for others when its client leaves.
    package func renew(_ request: Request, on eventLoop: any EventLoop) -> EventLoopFuture<Outcome> {
        let promise = eventLoop.makePromise(of: Outcome.self)
        let isFirst = waiting.withLock { waiting in
            waiting[request.refreshToken, default: []].append(promise)
            return waiting[request.refreshToken]?.count == 1
        }
        if isFirst {
            eventLoop.makeFutureWithTask { await self.exchange(request) }.whenSuccess { outcome in
                let all = self.waiting.withLock { $0.removeValue(forKey: request.refreshToken) } ?? []
                for promise in all { promise.succeed(outcome) }
            }
        }
        return promise.futureResult
    }
}
