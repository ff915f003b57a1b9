/// Accounts as CSV with a header line, whose columns may have any order.
struct CSVAccounts: AccountParser {
    private var parser = CSVParser()
    private var header: [ImportedAccount.Field]?
    private(set) var failure: AccountFileError?

    mutating func read(_ bytes: [UInt8]) -> [Result<ImportedAccount, ImportProblem>] {
        accounts(parser.parse(bytes))
    }

    mutating func finish() -> [Result<ImportedAccount, ImportProblem>] {
        let last = accounts(parser.finish())
        if header == nil, failure == nil { failure = AccountFileError(line: 1, reason: "there is no header line") }
        return last
    }

    private mutating func accounts(_ records: [CSVParser.Record]) -> [Result<ImportedAccount, ImportProblem>] {
        var accounts: [Result<ImportedAccount, ImportProblem>] = []
        for record in records where failure == nil {
            if let header {
                accounts.append(Result { () throws(ImportProblem) in try Self.account(record, header) })
            } else {
                readHeader(record)
            }
        }
        failure = failure ?? parser.failure
        return accounts
    }

    private mutating func readHeader(_ record: CSVParser.Record) {
        let columns = record.fields.map { $0.flatMap { ImportedAccount.Field(rawValue: $0) } }
        let known = columns.compactMap { $0 }
        guard known.count == columns.count, Set(known).count == known.count,
            ImportedAccount.Field.required.allSatisfy(known.contains)
        else {
            let names = ImportedAccount.Field.allCases.map(\.rawValue).joined(separator: ", ")
            failure = AccountFileError(
                line: record.line,
                reason: "the header must name each of \(names) once (role and legacy_user_id may be missing)")
            return
        }
        header = known
    }

    private static func account(
        _ record: CSVParser.Record, _ header: [ImportedAccount.Field]
    ) throws(ImportProblem) -> ImportedAccount {
        guard record.fields.count == header.count else {
            let reason = "\(record.fields.count) fields, where the header has \(header.count)"
            throw ImportProblem(line: record.line, reasons: [reason])
        }
        let values = record.fields.compactMap { $0 }
        guard values.count == header.count else {
            throw ImportProblem(line: record.line, reasons: ["it is no UTF-8"])
        }
        return try ImportedAccount(line: record.line, Dictionary(uniqueKeysWithValues: zip(header, values)))
    }
}
