import FoundationEssentials
import Postgres

/// Brings the accounts of another system into the database: all of a file, or none.
package struct AccountImport: Sendable {
    package struct Options: Sendable {
        /// Looks at everything and writes nothing.
        package var isTrial = false
        /// Leaves accounts as they are whose addresses are taken, instead of refusing the file.
        package var skipsExisting = false

        package init(isTrial: Bool = false, skipsExisting: Bool = false) {
            self.isTrial = isTrial
            self.skipsExisting = skipsExisting
        }
    }

    private let file: AccountFile
    private let options: Options

    /// Accounts that one statement takes.
    private static let batchSize = 1000

    package init(_ file: AccountFile, _ options: Options) {
        self.file = file
        self.options = options
    }

    /// - Parameters:
    ///   - session: of the tables' owner; one transaction is all that it does.
    ///   - progress: is told how many accounts were read, and how far the file has been, from 0 to 1.
    /// - Throws: ``ClusterError`` when the file cannot be read, `PostgresError`.
    func run(
        on session: PostgresSession, progress: @Sendable (Int, Double) -> Void
    ) async throws -> ImportReport {
        var report = ImportReport(file: file.path, isTrial: options.isTrial, skipsExisting: options.skipsExisting)
        try await session.execute(Queries.begin)
        try await read(into: &report, session, progress)
        try await compare(&report, session)
        guard report.isAcceptable, !options.isTrial else {
            try await session.execute("ROLLBACK")
            return report
        }
        report.imported = try await session.execute(Queries.create).integer(0, 0) ?? 0
        try await session.execute(Queries.releaseIdentities)
        try await session.execute(Queries.keepIdentities)
        try await session.execute("COMMIT")
        return report
    }

    private func read(
        into report: inout ImportReport, _ session: PostgresSession, _ progress: @Sendable (Int, Double) -> Void
    ) async throws {
        do {
            try await file.read { lines, share in
                var accounts: [ImportedAccount] = []
                for line in lines {
                    switch line {
                    case .success(let account): accounts.append(account)
                    case .failure(let problem): report.add(problem)
                    }
                }
                report.accounts += accounts.count
                for start in stride(from: 0, to: accounts.count, by: Self.batchSize) {
                    let batch = Array(accounts[start..<min(start + Self.batchSize, accounts.count)])
                    let json = String(decoding: try JSONEncoder().encode(batch), as: UTF8.self)
                    try await session.execute(Queries.stage, [.text(json)])
                }
                progress(report.accounts + report.problemCount, share)
            }
        } catch let error as AccountFileError {
            report.add(ImportProblem(line: error.line, reasons: [error.reason, "the rest of the file was not read"]))
        }
    }

    /// With each other, and with the accounts that are there.
    private func compare(_ report: inout ImportReport, _ session: PostgresSession) async throws {
        try await session.execute("ANALYZE imported")
        let collisions = try await session.execute(Queries.collisions)
        for row in 0..<collisions.count {
            guard let email = collisions.text(row, 0), let lines = collisions.text(row, 1) else { continue }
            report.collisions.append(
                ImportReport.Collision(email: email, lines: lines.split(separator: " ").compactMap { Int($0) }))
            report.collisionCount = collisions.integer(row, 2) ?? 0
        }
        let repeated = try await session.execute(Queries.repeated)
        for row in 0..<repeated.count {
            guard let user = repeated.integer(row, 0), let lines = repeated.text(row, 1) else { continue }
            report.repeated.append(
                ImportReport.Repeated(legacyUserID: user, lines: lines.split(separator: " ").compactMap { Int($0) }))
            report.repeatedCount = repeated.integer(row, 2) ?? 0
        }
        let taken = try await session.execute(Queries.taken)
        for row in 0..<taken.count {
            guard let email = taken.text(row, 0), let line = taken.integer(row, 1) else { continue }
            report.taken.append(ImportReport.Existing(email: email, line: line))
            report.takenCount = taken.integer(row, 2) ?? 0
        }
        let existing = try await session.execute(Queries.existing)
        for row in 0..<existing.count {
            guard let email = existing.text(row, 0), let line = existing.integer(row, 1) else { continue }
            report.existing.append(ImportReport.Existing(email: email, line: line))
            report.existingCount = existing.integer(row, 2) ?? 0
        }
    }

    /// SQL of the import.
    private enum Queries {
        static let begin = """
            BEGIN;
            CREATE TEMPORARY TABLE imported (
                line bigint, email text, full_name text, role text, password_hash text, legacy_user_id bigint
            ) ON COMMIT DROP
            """

        /// `$1` accounts as a JSON array.
        static let stage = """
            INSERT INTO imported
            SELECT * FROM jsonb_to_recordset($1::jsonb)
                AS account (
                line bigint, email text, full_name text, role text, password_hash text, legacy_user_id bigint)
            """

        /// Address, lines, and how many addresses there are in all.
        static let collisions = """
            SELECT lower(email), string_agg(line::text, ' ' ORDER BY line), count(*) OVER ()
            FROM imported GROUP BY lower(email) HAVING count(*) > 1
            ORDER BY min(line) LIMIT \(ImportReport.longestList)
            """

        /// User, lines, and how many users there are in all.
        static let repeated = """
            SELECT legacy_user_id, string_agg(line::text, ' ' ORDER BY line), count(*) OVER ()
            FROM imported WHERE legacy_user_id IS NOT NULL GROUP BY legacy_user_id HAVING count(*) > 1
            ORDER BY min(line) LIMIT \(ImportReport.longestList)
            """

        /// Anybody may have registered somebody's address here: it joins nobody with an account of another system.
        static let taken = """
            SELECT imported.email, line, count(*) OVER ()
            FROM imported JOIN users ON lower(users.email) = lower(imported.email)
            WHERE imported.legacy_user_id IS NOT NULL
              AND users.legacy_user_id IS DISTINCT FROM imported.legacy_user_id
            ORDER BY line LIMIT \(ImportReport.longestList)
            """

        private static let isThere = """
            users.legacy_user_id = imported.legacy_user_id
            OR imported.legacy_user_id IS NULL AND lower(users.email) = lower(imported.email)
            """

        static let existing = """
            SELECT imported.email, line, count(*) OVER ()
            FROM imported JOIN users ON \(isThere)
            ORDER BY line LIMIT \(ImportReport.longestList)
            """

        /// How many were made. An address that is taken just now by another transaction stops it.
        static let create = """
            WITH created AS (
                INSERT INTO users (email, full_name, role, password_hash, legacy_user_id)
                SELECT email, full_name, role, password_hash, legacy_user_id FROM imported
                WHERE NOT EXISTS (SELECT FROM users WHERE \(isThere))
                ORDER BY line
                RETURNING id, role
            ), audited AS (
                INSERT INTO audit_log (action, user_id, details)
                SELECT 'account.imported', id, jsonb_build_object('role', role) FROM created
            )
            SELECT count(*) FROM created, raise_revision(created.id, NULL, NULL)
            """

        /// An address that has become another user's there names its former one no longer.
        static let releaseIdentities = """
            UPDATE legacy_identities SET legacy_email = NULL
            FROM imported
            WHERE imported.email = legacy_identities.legacy_email
              AND imported.legacy_user_id <> legacy_identities.legacy_user_id
            """

        /// What the file says of those who were there before holds as well: it is the newer word.
        static let keepIdentities = """
            INSERT INTO legacy_identities (legacy_user_id, legacy_email)
            SELECT legacy_user_id, email FROM imported WHERE legacy_user_id IS NOT NULL
            ON CONFLICT (legacy_user_id) DO UPDATE SET legacy_email = excluded.legacy_email
            """
    }
}

extension ClusterDatabase {
    /// As ``DatabaseContent/importAccounts(_:_:progress:)``.
    package func importAccounts(
        _ file: AccountFile, _ options: AccountImport.Options, progress: @Sendable (Int, Double) -> Void
    ) async throws -> ImportReport {
        try await content(as: .owner).importAccounts(file, options, progress: progress)
    }
}

extension DatabaseContent {
    /// Imports accounts as the owner of the tables.
    ///
    /// - Returns: what was found and done; nothing was written unless it says so.
    /// - Throws: ``ClusterError``; then nothing was written.
    package func importAccounts(
        _ file: AccountFile, _ options: AccountImport.Options, progress: @Sendable (Int, Double) -> Void
    ) async throws -> ImportReport {
        do {
            return try await AccountImport(file, options).run(on: try await session(), progress: progress)
        } catch let error as PostgresError where error.sqlState == "23505" {
            throw ClusterError(
                "Nothing was imported: somebody registered one of the addresses meanwhile. Import the file again.")
        } catch let error as PostgresError {
            throw failure("The accounts could not be imported, and none was", error)
        }
    }
}
