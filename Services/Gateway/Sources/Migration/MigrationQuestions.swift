import Activity
import JSON
import Logging
package import ServiceLifecycle

/// Answers what administrators ask of routes that move, and carries their orders out, for as long as this gateway serves.
///
/// Auth has asked the database whether the caller may, and puts the question where any gateway finds it.
package struct MigrationQuestions: Service {
    private let endpoints: MigrationEndpoints
    private let questions: GatewayQuestions
    private let logger: Logger

    /// How long a question waits at most, while Redis answers.
    private static let interval = Duration.milliseconds(100)

    init(_ endpoints: MigrationEndpoints, questions: GatewayQuestions, logger: Logger) {
        self.endpoints = endpoints
        self.questions = questions
        self.logger = logger
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                while await answerOne() {}
                try await Task.sleep(for: Self.interval)
            }
        }
    }

    /// - Returns: whether there was a question. While Redis is away there is none.
    private func answerOne() async -> Bool {
        guard let taken = try? await questions.take() else { return false }
        let question = (try? JSONValue(parsing: Array(taken.text.utf8)))?.object ?? JSONObject()
        do {
            try await questions.answer(taken, JSONValue.object(await endpoints.answer(question)).serialized())
        } catch {
            logger.warning(
                "An answer about routes that move cannot be given", metadata: ["cause": "\(error)"])
        }
        return true
    }
}
