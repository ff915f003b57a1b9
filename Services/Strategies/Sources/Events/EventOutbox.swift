package import Events
package import Postgres

/// The events that were committed and are not published yet, of all users.
package struct EventOutbox: Sendable {
    /// What came of a turn at publishing.
    package enum Outcome: Hashable, Sendable {
        /// So many events were published, or nothing was there; `isMore` when others wait.
        case published(Int, isMore: Bool)
        /// Another process is at it.
        case isBusy
    }

    package static let batchCount = 128

    private let database: PostgresCluster

    package init(_ database: PostgresCluster) { self.database = database }

    /// Publishes the oldest events, and forgets them when that is done; one process at a time.
    ///
    /// Of one strategy, an event that was committed is read no later than those that follow it, so that the order is kept.
    /// The transaction stays open while `publish` runs: it must end in a second or so.
    ///
    /// - Throws: `PostgresError`, and what `publish` throws: then the events stay.
    package func publish(
        _ publish: @escaping @Sendable ([PendingEvent]) async throws -> Void
    ) async throws -> Outcome {
        try await database.transaction { transaction in
            guard try await transaction.execute(OutboxQueries.lock).boolean(0, 0) == true else { return .isBusy }
            // A statement of its own, whose snapshot is later than the lock.
            let rows = try await transaction.execute(OutboxQueries.oldest, [.integer(Self.batchCount)])
            guard !rows.isEmpty else { return .published(0, isMore: false) }
            let events = (0..<rows.count).compactMap { Self.event(rows, $0) }
            guard events.count == rows.count else {
                throw PostgresError(.protocolViolation, "an event is of another form")
            }
            try await publish(events)
            let ids = (0..<rows.count).compactMap { rows.integer($0, 0) }
            try await transaction.execute(OutboxQueries.forget, [.text(ArrayLiteral.integers(ids))])
            return .published(events.count, isMore: rows.boolean(0, 5) ?? false)
        }
    }

    /// How long the oldest event has waited; nil when there is none.
    package func oldestAge() async throws(PostgresError) -> Duration? {
        let rows = try await database.readPrimary(OutboxQueries.oldestAge)
        return rows.integer(0, 0).map { .milliseconds($0) }
    }

    private static func event(_ rows: PostgresRows, _ row: Int) -> PendingEvent? {
        guard let key = rows.text(row, 1), let userID = rows.integer(row, 2), let kind = rows.text(row, 3) else {
            return nil
        }
        return PendingEvent(
            key: key, userID: userID, kind: kind, data: rows.withBytes(row, 4) { Array($0) })
    }
}
