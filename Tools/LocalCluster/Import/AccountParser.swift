/// Reads accounts out of a file's bytes, however those come in pieces.
protocol AccountParser {
    /// Why nothing more is read.
    var failure: AccountFileError? { get }

    /// What is complete with these bytes, line by line.
    mutating func read(_ bytes: [UInt8]) -> [Result<ImportedAccount, ImportProblem>]

    /// What the end of the file completes.
    mutating func finish() -> [Result<ImportedAccount, ImportProblem>]
}
