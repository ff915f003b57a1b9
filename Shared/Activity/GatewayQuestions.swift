package import Redis

/// Questions to the gateways of a cluster and their answers, through Redis: who asks reaches no gateway's private port.
///
/// Any one gateway takes a question, and no other takes it again. A question that nobody has taken in time is withdrawn, so
/// that no order is carried out of which it was said that it was not.
package struct GatewayQuestions: Sendable {
    /// What has come of a question.
    package enum Outcome: Sendable, Equatable {
        case answered(String)
        /// No gateway has seen it, and none will.
        case withdrawn
        /// A gateway has taken it, and what it did is not known.
        case unanswered
    }

    /// A question that a gateway has taken.
    package struct Taken: Sendable, Equatable {
        package let text: String
        fileprivate let id: String
    }

    private let redis: RedisClient
    private let key: String

    /// In seconds; longer than anybody waits, so that what is withdrawn was never taken.
    private static let lifetime = 30
    /// Questions that wait at a time; further ones are withdrawn at once.
    private static let mostWaiting = 100
    /// How often whoever asks looks for the answer.
    private static let interval = Duration.milliseconds(20)

    /// - Parameter cluster: tells clusters that share a Redis apart.
    package init(redis: RedisClient, cluster: String) {
        self.redis = redis
        key = "{\(cluster)}:questions"
    }

    // MARK: Asking

    /// - Parameters:
    ///   - id: a name that no other question has.
    ///   - wait: for a gateway to take it and to answer, shorter than 30 seconds.
    /// - Throws: `RedisError`; then it may have been taken.
    package func ask(_ text: String, id: String, wait: Duration) async throws(RedisError) -> Outcome {
        let asked = try await redis.evaluate(
            Self.askScript, keys: [key, question(id)],
            arguments: [.string(id), .string(text), .integer(Self.lifetime), .integer(Self.mostWaiting)])
        guard asked.integerValue == 1 else { return .withdrawn }
        let deadline = ContinuousClock.now + wait
        while ContinuousClock.now < deadline {
            if let answer = try await redis.send(["GET", .string(self.answer(id))]).stringValue {
                return .answered(answer)
            }
            guard (try? await Task.sleep(for: Self.interval)) != nil else { break }
        }
        let withdrawn = try await redis.send(["DEL", .string(question(id))])
        if withdrawn.integerValue == 1 { return .withdrawn }
        let answer = try await redis.send(["GET", .string(self.answer(id))]).stringValue
        return answer.map { .answered($0) } ?? .unanswered
    }

    // MARK: Answering

    /// The question that has waited longest; `nil` when none does.
    ///
    /// - Throws: `RedisError`.
    package func take() async throws(RedisError) -> Taken? {
        let reply = try await redis.evaluate(Self.takeScript, keys: [key], arguments: [])
        guard let elements = reply.elements, elements.count == 2, let id = elements[0].stringValue,
            let text = elements[1].stringValue
        else { return nil }
        return Taken(text: text, id: id)
    }

    /// - Throws: `RedisError`.
    package func answer(_ taken: Taken, _ text: String) async throws(RedisError) {
        _ = try await redis.send(["SET", .string(answer(taken.id)), .string(text), "EX", .integer(Self.lifetime)])
    }

    private func question(_ id: String) -> String { "\(key):\(id)" }
    private func answer(_ id: String) -> String { "\(key):\(id):answer" }

    // MARK: Scripts

    private static let askScript = RedisScript(
        """
        if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
        redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
        redis.call('RPUSH', KEYS[1], ARGV[1])
        redis.call('EXPIRE', KEYS[1], ARGV[3])
        return 1
        """)

    /// - Returns: the id and the text; nothing when no question waits that was not withdrawn.
    private static let takeScript = RedisScript(
        """
        while true do
          local id = redis.call('LPOP', KEYS[1])
          if not id then return {} end
          local key = KEYS[1] .. ':' .. id
          local text = redis.call('GET', key)
          if text then
            redis.call('DEL', key)
            return {id, text}
          end
        end
        """)
}
