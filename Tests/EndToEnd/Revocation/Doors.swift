import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// Every way into a cluster of three gateways, two Auth and two Strategies, knocked at without a pause.
///
/// It measures how long after a logout's 204 each of them lets the token in. An acceptance counts by when its request was
/// *sent*: an answer that was decided before the logout may arrive at any time.
struct Doors: Sendable {
    /// The address and a path there that needs a token.
    let urls: [String]

    init(_ cluster: ClusterUnderTest, gateways: Int = 3) {
        urls =
            (1...gateways).map { cluster.gatewayURL($0) + "/api/v1/strategies?limit=1" }
            + (1...2).map { cluster.authURL($0) + "/api/v1/auth/me" }
            + (1...2).map { cluster.strategiesURL($0) + "/api/v1/strategies?limit=1" }
    }

    /// What became of one token at all doors.
    struct Outcome: Sendable {
        /// From the 204 to the sending of the last request that was let in; nil when none was.
        var lastAcceptance: Duration?
        /// How many answers there were of each status, after the 204.
        var statuses: [Int: Int] = [:]
        /// Answers of a status that tells something untrue, with the door.
        var wrong: [String] = []
        /// How many doors had refused the token with 401 in the end.
        var refusing = 0
    }

    /// Knocks at all doors until each has said 401 twice in a row, and for as long as `least` in any case.
    ///
    /// - Parameters:
    ///   - promisedAt: when the 204 came; nil while there is none.
    ///   - until: gives up then.
    func watch(
        _ token: String, promisedAt: Mutexed<ContinuousClock.Instant?>, least: Duration, limit: Duration
    ) async -> Outcome {
        await withTaskGroup(of: Outcome.self) { tasks in
            for url in urls {
                tasks.addTask { await watch(url, token, promisedAt, least: least, limit: limit) }
            }
            var sum = Outcome()
            for await outcome in tasks {
                sum.lastAcceptance = [sum.lastAcceptance, outcome.lastAcceptance].compactMap { $0 }.max()
                sum.statuses.merge(outcome.statuses, uniquingKeysWith: +)
                sum.wrong += outcome.wrong
                sum.refusing += outcome.refusing
            }
            return sum
        }
    }

    private func watch(
        _ url: String, _ token: String, _ promisedAt: Mutexed<ContinuousClock.Instant?>, least: Duration,
        limit: Duration
    ) async -> Outcome {
        var outcome = Outcome()
        var refusals = 0
        let begun = ContinuousClock.now
        while begun.duration(to: .now) < limit {
            let sentAt = ContinuousClock.now
            let status = await Self.knock(url, token)
            if let promise = promisedAt.value {
                let age = promise.duration(to: sentAt)
                if status == 200 {
                    outcome.lastAcceptance = max(outcome.lastAcceptance ?? age, age)
                } else if let status, age > .zero, ![401, 503].contains(status) {
                    outcome.wrong.append("\(status) from \(url)")
                }
                if let status, age > .zero { outcome.statuses[status, default: 0] += 1 }
                refusals = status == 401 ? refusals + 1 : 0
                if refusals >= 2, promise.duration(to: .now) > least { break }
            }
            try? await Task.sleep(for: .milliseconds(2))
        }
        outcome.refusing = refusals >= 2 ? 1 : 0
        return outcome
    }

    /// The status; nil when the connection gave none, or not in time.
    static func knock(_ url: String, _ token: String) async -> Int? {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        guard let response = try? await HTTPClient.shared.execute(request, timeout: .seconds(2)) else { return nil }
        guard (try? await response.body.collect(upTo: 1 << 20)) != nil else { return nil }
        return Int(response.status.code)
    }
}

/// A value that several tasks share.
final class Mutexed<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { mutex = Mutex(value) }

    var value: Value {
        get { mutex.withLock { $0 } }
        set { mutex.withLock { $0 = newValue } }
    }
}
