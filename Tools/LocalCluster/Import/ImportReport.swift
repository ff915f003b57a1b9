/// What an import found in its file and did with it.
package struct ImportReport: Encodable, Sendable {
    /// An address that more than one line has, in whatever letter case.
    package struct Collision: Encodable, Equatable, Sendable {
        package let email: String
        package let lines: [Int]
    }

    /// An address that has an account already.
    package struct Existing: Encodable, Equatable, Sendable {
        package let email: String
        package let line: Int
    }

    /// A user of the other system that more than one line names.
    package struct Repeated: Encodable, Equatable, Sendable {
        package let legacyUserID: Int
        package let lines: [Int]

        private enum CodingKeys: String, CodingKey {
            case lines
            case legacyUserID = "legacy_user_id"
        }
    }

    /// The most entries of each list; all are counted.
    package static let longestList = 1000

    package let file: String
    package let isTrial: Bool
    package let skipsExisting: Bool
    /// Lines with an account that keeps every rule.
    package internal(set) var accounts = 0
    /// Accounts that were made.
    package internal(set) var imported = 0
    package private(set) var problems: [ImportProblem] = []
    package private(set) var problemCount = 0
    package internal(set) var collisions: [Collision] = []
    package internal(set) var collisionCount = 0
    package internal(set) var repeated: [Repeated] = []
    package internal(set) var repeatedCount = 0
    /// Lines with a `legacy_user_id` whose addresses belong to accounts that have another one, or none.
    package internal(set) var taken: [Existing] = []
    package internal(set) var takenCount = 0
    package internal(set) var existing: [Existing] = []
    package internal(set) var existingCount = 0

    init(file: String, isTrial: Bool, skipsExisting: Bool) {
        self.file = file
        self.isTrial = isTrial
        self.skipsExisting = skipsExisting
    }

    mutating func add(_ problem: ImportProblem) {
        problemCount += 1
        if problems.count < Self.longestList { problems.append(problem) }
    }

    /// Whether nothing stands against writing the accounts.
    package var isAcceptable: Bool {
        problemCount == 0 && collisionCount == 0 && repeatedCount == 0 && takenCount == 0
            && (skipsExisting || existingCount == 0)
    }

    /// What would be or was imported.
    package var importable: Int { accounts - existingCount }

    /// As a person reads it, a line each.
    package var lines: [String] {
        var lines = problems.map(\.text)
        lines += Self.rest(problemCount - problems.count, "wrong lines")
        lines += collisions.map { collision in
            "lines \(collision.lines.map(String.init).joined(separator: ", ")): the same address, \(collision.email)"
        }
        lines += Self.rest(collisionCount - collisions.count, "addresses that more than one line has")
        lines += repeated.map { repeated in
            "lines \(repeated.lines.map(String.init).joined(separator: ", ")): the same legacy_user_id, \(repeated.legacyUserID)"
        }
        lines += Self.rest(repeatedCount - repeated.count, "users that more than one line has")
        lines += taken.map {
            "line \($0.line): the address \($0.email) belongs to another account, which nothing joins it with"
        }
        lines += Self.rest(takenCount - taken.count, "addresses that belong to other accounts")
        lines += existing.map { "line \($0.line): there is an account with the address \($0.email)" }
        lines += Self.rest(existingCount - existing.count, "addresses that have an account")
        return lines
    }

    private static func rest(_ count: Int, _ what: String) -> [String] {
        count > 0 ? ["and \(count) more \(what)"] : []
    }

    private enum CodingKeys: String, CodingKey {
        case file, accounts, imported, problems, collisions, repeated, taken, existing
        case isTrial = "dry_run"
        case skipsExisting = "skip_existing"
        case problemCount = "problem_count"
        case collisionCount = "collision_count"
        case repeatedCount = "repeated_count"
        case takenCount = "taken_count"
        case existingCount = "existing_count"
    }
}
