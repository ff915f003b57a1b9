import JSON

/// Accounts as NDJSON: an object a line, whose members are named as CSV's columns. Empty lines are passed over.
struct NDJSONAccounts: AccountParser {
    /// The longest line that is read, in bytes.
    static let maximumLine = 64 << 10

    private var line = 0
    private var rest: [UInt8] = []
    private(set) var failure: AccountFileError?

    mutating func read(_ bytes: [UInt8]) -> [Result<ImportedAccount, ImportProblem>] {
        guard failure == nil else { return [] }
        var accounts: [Result<ImportedAccount, ImportProblem>] = []
        var pieces = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        while let piece = pieces.popFirst() {
            rest += piece
            guard rest.count <= Self.maximumLine else {
                failure = AccountFileError(line: line + 1, reason: "it has more than \(Self.maximumLine) bytes")
                return accounts
            }
            if !pieces.isEmpty, let account = endLine() { accounts.append(account) }
        }
        return accounts
    }

    mutating func finish() -> [Result<ImportedAccount, ImportProblem>] {
        guard failure == nil, let account = endLine() else { return [] }
        return [account]
    }

    private mutating func endLine() -> Result<ImportedAccount, ImportProblem>? {
        defer { rest.removeAll(keepingCapacity: true) }
        line += 1
        if rest.allSatisfy({ [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains($0) }) { return nil }
        let (bytes, line) = (rest, line)
        return Result { () throws(ImportProblem) in try Self.account(bytes, line) }
    }

    private static func account(_ bytes: [UInt8], _ line: Int) throws(ImportProblem) -> ImportedAccount {
        guard let object = (try? JSONValue(parsing: bytes, maximumDepth: 4))?.object else {
            throw ImportProblem(line: line, reasons: ["it is no JSON object"])
        }
        var values: [ImportedAccount.Field: String] = [:]
        var reasons: [String] = []
        for member in object.members {
            guard let field = ImportedAccount.Field(rawValue: member.name) else {
                reasons.append("a member has a name that is not known")
                continue
            }
            let number = field == .legacyUserID ? member.value.integer.map(String.init) : nil
            guard let text = number ?? member.value.string else {
                reasons.append("\(field.rawValue) must be a string")
                continue
            }
            values[field] = text
        }
        guard reasons.isEmpty else { throw ImportProblem(line: line, reasons: reasons) }
        return try ImportedAccount(line: line, values)
    }
}
