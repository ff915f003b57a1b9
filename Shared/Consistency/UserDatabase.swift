package import Postgres
import Synchronization

/// The database as one request of one user may see it: never older than what the user's client has seen.
///
/// Every statement runs on behalf of the user. Reads return `epoch` and `revision` as their first two columns, in at
/// least one row. Writes take the minimum's epoch and number as their last two parameters, hand them to
/// `raise_revision`, and return its epoch and revision as their first two columns where they changed something.
package final class UserDatabase: Sendable {
    package let userID: Int
    private let cluster: PostgresCluster
    private let told: Revision?
    private let isStrong: Bool
    private let writeEpoch: Int?
    private let newest = Mutex<Revision?>(nil)

    /// - Parameters:
    ///   - told: what the client has seen already.
    ///   - isStrong: only the primary may answer.
    ///   - writeEpoch: in which epoch of a migration a write was sent.
    package init(
        _ cluster: PostgresCluster, userID: Int, told: Revision? = nil, isStrong: Bool = false, writeEpoch: Int? = nil
    ) {
        self.userID = userID
        self.cluster = cluster
        self.told = told
        self.isStrong = isStrong
        self.writeEpoch = writeEpoch
    }

    /// The newest revision that a statement of this request has shown; `nil` before any.
    package var revision: Revision? { newest.withLock { $0 } }

    /// - Throws: ``ChangesLost``, `PostgresError`; its code `behind` when no server has caught up with the client yet.
    package func read(
        _ statement: Statement, _ parameters: [PostgresValue], onPrimary: Bool = false
    ) async throws -> PostgresRows {
        let requirement = ReadRequirement(minimum: minimum, isStrong: isStrong || onPrimary)
        let answer = try await revised(statement, parameters, requirement)
        try await check(answer.revision)
        saw(answer.revision)
        return answer.rows
    }

    /// - Throws: ``ChangesLost``, and then nothing was written; `PostgresError`.
    package func write(_ statement: Statement, _ parameters: [PostgresValue]) async throws -> PostgresRows {
        let rows = try await telling {
            try await cluster.write(statement, parameters + minimumParameters, caller: caller)
        }
        if !rows.isEmpty { saw(try RevisedRows(rows).revision) }
        return rows
    }

    /// Runs a transaction, committed when the closure returns, with at most one write that raises the revision.
    ///
    /// - Throws: as ``write(_:_:)``, and what the closure throws.
    package func transaction<R: Sendable>(
        _ body: @Sendable (UserTransaction) async throws -> R
    ) async throws -> R {
        let (result, raised) = try await telling {
            try await cluster.transaction(caller: caller) { transaction in
                let transaction = UserTransaction(transaction, minimum: minimumParameters)
                return (try await body(transaction), transaction.revision)
            }
        }
        if let raised { saw(raised) }
        return result
    }

    /// Forgets what earlier statements of this request have shown, so that only what the client knows of must still be there.
    ///
    /// For a request that reads before it writes: when the primary is replaced between the two, what it has read may be lost
    /// though the client has never heard of it.
    package func forget() { newest.withLock { $0 = nil } }

    /// Where the user's data stands now, whatever the client has seen: what it goes on from after ``ChangesLost``.
    package func startOver() async throws -> Revision {
        let answer = try await cluster.read(
            RevisionQueries.lowestBase, [.integer(userID), .integer(0)], caller: caller,
            requirement: ReadRequirement(isStrong: true))
        return answer.revision
    }

    // MARK: Checks

    private var caller: Caller { Caller(userID: userID, writeEpoch: writeEpoch) }

    private var minimum: Revision? { [told, revision].compactMap { $0 }.max() }

    private var minimumParameters: [PostgresValue] { [.optional(minimum?.epoch), .optional(minimum?.number)] }

    private func saw(_ revision: Revision) { newest.withLock { $0 = max($0 ?? .zero, revision) } }

    private func check(_ revision: Revision) async throws {
        guard let minimum, RevisionLoss.mustAskBases(told: minimum, answered: revision) else { return }
        let answer = try await revised(
            RevisionQueries.lowestBase, [.integer(userID), .integer(minimum.epoch)],
            ReadRequirement(minimum: revision, isStrong: true))
        let lowestBase = answer.rows.integer(0, 2)
        guard !RevisionLoss.isLost(told: minimum, now: answer.revision, lowestBase: lowestBase) else {
            throw ChangesLost()
        }
    }

    private func revised(
        _ statement: Statement, _ parameters: [PostgresValue], _ requirement: ReadRequirement
    ) async throws -> RevisedRows {
        try await telling {
            try await cluster.read(statement, parameters, caller: caller, requirement: requirement)
        }
    }

    /// Tells the errors that mean lost changes by name.
    private func telling<R>(_ operation: () async throws -> R) async throws -> R {
        do {
            return try await operation()
        } catch let error as PostgresError where error.code == .revisionLost || error.sqlState == Self.lost {
            throw ChangesLost()
        }
    }

    /// What `raise_revision` refuses a write with.
    private static let lost = "CD001"
}
