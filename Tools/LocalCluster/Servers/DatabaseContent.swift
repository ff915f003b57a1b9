import Logging
import Migrations
import Postgres

/// What is in a database, wherever that runs: its schema and its demo data.
package struct DatabaseContent: Sendable {
    private let url: String
    private let password: String
    /// Where to look when it fails, as the end of a sentence.
    private let advice: String

    /// - Parameters:
    ///   - url: a libpq URI with the role that may do what is asked for.
    ///   - advice: the end of a sentence, such as "see FILE".
    package init(url: String, password: String, advice: String) {
        self.url = url
        self.password = password
        self.advice = advice
    }

    /// Applies the migrations that are missing, as the owner of the tables.
    ///
    /// - Returns: how many those were.
    /// - Throws: ``ClusterError``.
    package func migrate() async throws -> Int {
        let runner = MigrationRunner(
            url: url, password: password, logger: Logger(label: "migrations") { _ in SwiftLogNoOpLogHandler() })
        do {
            return try await runner.migrate().count
        } catch let refused as MigrationRunner.Refused {
            throw ClusterError(refused.description)
        } catch let error as PostgresError {
            throw ClusterError("The migrations could not be applied (\(error)): \(advice).")
        }
    }

    /// Loads the demo account and its strategies unless they are there, as a superuser.
    ///
    /// - Returns: whether it did.
    /// - Throws: ``ClusterError``.
    @discardableResult
    package func loadDemoData() async throws -> Bool {
        do {
            let session = try await PostgresSession.connect(url: url, password: password)
            if try await session.execute(DemoData.exists).boolean(0, 0) == true { return false }
            try await session.execute(DemoData.sql(passwordHash: try PasswordHash.bcrypt(DemoData.password)))
            return true
        } catch let error as PostgresError {
            throw ClusterError("The demo data could not be loaded (\(error)): \(advice).")
        }
    }

    /// Makes an account an administrator, as the owner of the tables. Its access tokens so far are refused, which is kept
    /// for a day: no token lives longer.
    ///
    /// - Returns: whether there is such an account.
    /// - Throws: ``ClusterError``.
    package func makeAdmin(_ email: String) async throws -> Bool {
        do {
            let session = try await PostgresSession.connect(url: url, password: password)
            let rows = try await session.execute(
                "SELECT set_account_role($1, 'admin', interval '1 day')", [.text(email)])
            return rows.boolean(0, 0) == true
        } catch let error as PostgresError {
            throw ClusterError("The account could not be changed (\(error)): \(advice).")
        }
    }

    /// What became of a second factor that an operator resets.
    package enum SecondFactorReset: String, Sendable {
        case reset
        /// The account has none.
        case off
        /// There is no such account.
        case missing
    }

    /// Turns an account's second factor off and ends its sessions, as the owner of the tables. Its access tokens are refused
    /// for a day: no token lives longer.
    ///
    /// - Throws: ``ClusterError``.
    package func resetSecondFactor(_ email: String) async throws -> SecondFactorReset {
        do {
            let session = try await PostgresSession.connect(url: url, password: password)
            let rows = try await session.execute("SELECT reset_second_factor($1, interval '1 day')", [.text(email)])
            return rows.text(0, 0).flatMap(SecondFactorReset.init) ?? .missing
        } catch let error as PostgresError {
            throw ClusterError("The account could not be changed (\(error)): \(advice).")
        }
    }

    func session() async throws -> PostgresSession { try await PostgresSession.connect(url: url, password: password) }

    func failure(_ sentence: String, _ error: PostgresError) -> ClusterError {
        ClusterError("\(sentence) (\(error)): \(advice).")
    }
}
