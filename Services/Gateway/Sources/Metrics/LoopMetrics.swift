package import PrometheusMetrics

/// What one event loop has counted since it began: plain numbers that no other thread touches, copied when somebody looks.
package struct LoopMetrics: Sendable {
    /// Answers of one route with one status from one side.
    package struct Answers: Sendable, Hashable {
        package let code: Int
        package let upstream: String
        package var count = 0

        package init(code: Int, upstream: String, count: Int) {
            self.code = code
            self.upstream = upstream
            self.count = count
        }
    }

    package struct Route: Sendable {
        /// A few: searched from the front.
        package fileprivate(set) var answers: [Answers] = []
        package fileprivate(set) var durations = Histogram()
        /// Requests whose client was not there any more, or whose answer was cut off.
        package fileprivate(set) var aborted = 0
    }

    package enum Decision: Int, Sendable, CaseIterable {
        case admitted
        case limited
        /// The limiter could not be asked, and the request passed without.
        case unlimited
    }

    package private(set) var routes: [String: Route] = [:]
    package private(set) var upstreamDurations: [String: Histogram] = [:]
    package private(set) var decisions = [0, 0, 0]
    package var acceptedConnections = 0
    package var refusedConnections = 0
    package var receivedBytes = 0
    package var sentBytes = 0
    package private(set) var lag = Histogram(bounds: [
        1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    ])

    /// Where the gateway answered by itself, or no route was found.
    package static let none = "none"

    package init() {}

    package mutating func answered(_ route: String, code: Int, upstream: String, microseconds: Int) {
        routes[route, default: Route()].answered(code: code, upstream: upstream, microseconds: microseconds)
    }

    package mutating func aborted(_ route: String) { routes[route, default: Route()].aborted += 1 }

    package mutating func upstreamAnswered(_ upstream: String, microseconds: Int) {
        upstreamDurations[upstream, default: Histogram()].observe(microseconds: microseconds)
    }

    package mutating func decided(_ decision: Decision) { decisions[decision.rawValue] += 1 }

    package mutating func ticked(late microseconds: Int) { lag.observe(microseconds: max(0, microseconds)) }

    /// Adds what another event loop has counted.
    package mutating func add(_ other: LoopMetrics) {
        for (name, route) in other.routes { routes[name, default: Route()].add(route) }
        upstreamDurations.merge(other.upstreamDurations) { mine, other in
            var sum = mine
            sum.add(other)
            return sum
        }
        for index in decisions.indices { decisions[index] += other.decisions[index] }
        acceptedConnections += other.acceptedConnections
        refusedConnections += other.refusedConnections
        receivedBytes += other.receivedBytes
        sentBytes += other.sentBytes
        lag.add(other.lag)
    }
}

extension LoopMetrics.Route {
    fileprivate mutating func answered(code: Int, upstream: String, microseconds: Int) {
        durations.observe(microseconds: microseconds)
        count(1, code: code, upstream: upstream)
    }

    fileprivate mutating func add(_ other: Self) {
        durations.add(other.durations)
        aborted += other.aborted
        for answers in other.answers { count(answers.count, code: answers.code, upstream: answers.upstream) }
    }

    private mutating func count(_ count: Int, code: Int, upstream: String) {
        for index in answers.indices where answers[index].code == code && answers[index].upstream == upstream {
            answers[index].count += count
            return
        }
        answers.append(.init(code: code, upstream: upstream, count: count))
    }
}
