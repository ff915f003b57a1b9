import ArgumentParser
import FoundationEssentials
import Glibc
import LocalCluster

struct ImportUsers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring in the accounts of another system, with their bcrypt hashes: all, or none.",
        discussion: """
            FILE is CSV with a header line, or NDJSON; columns and members are email, full_name, role (user or admin; user \
            where it is missing), password_hash (bcrypt: $2a$, $2b$ or $2y$) and, where it is known, legacy_user_id: the \
            number that the user had there, by which alone what else is brought over finds its owner. Every line is looked at first: what is \
            wrong is told with its line, and then nothing is imported.
            """)

    @Argument(help: "The file, *.csv, *.ndjson or *.jsonl.", completion: .file())
    var file: String

    @Option(help: "csv or ndjson. (default: by the file's name)")
    var format: String?

    @Flag(help: "Look at everything, and import nothing.")
    var dryRun = false

    @Flag(help: "Leave accounts as they are whose addresses are taken, instead of refusing the file.")
    var skipExisting = false

    @Flag(help: "As JSON.")
    var json = false

    @OptionGroup var data: DataOption
    @OptionGroup var elsewhere: DatabaseElsewhere

    func run() async throws {
        let path = self.file
        let file = AccountFile(path: path, format: try fileFormat())
        let options = AccountImport.Options(isTrial: dryRun, skipsExisting: skipExisting)
        let line = ProgressLine()
        let progress: @Sendable (Int, Double) -> Void = { count, share in
            line.show("\(Int(share * 100)) % of \(path), \(count) lines")
        }
        defer { line.clear() }
        let report =
            if let content = try await elsewhere.content() {
                try await content.importAccounts(file, options, progress: progress)
            } else {
                try await ClusterDatabase(try await data.runningCluster())
                    .importAccounts(file, options, progress: progress)
            }
        line.clear()
        try say(report)
        guard report.isAcceptable else { throw ExitCode.failure }
    }

    private func fileFormat() throws -> AccountFile.Format {
        guard let format else {
            guard let format = AccountFile.format(of: file) else {
                throw ValidationError("The name \(file) does not tell the format: say --format csv or ndjson.")
            }
            return format
        }
        guard let format = AccountFile.Format(rawValue: format) else {
            throw ValidationError("--format must be csv or ndjson.")
        }
        return format
    }

    private func say(_ report: ImportReport) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return Console.say(String(decoding: try encoder.encode(report), as: UTF8.self))
        }
        for line in report.lines { Console.say(line) }
        guard report.isAcceptable else {
            return Console.complain("Nothing was imported: mend \(file) where it is told above, and import it again.")
        }
        let skipped = report.existingCount == 0 ? "" : " (\(report.existingCount) skipped: they were there)"
        Console.say(
            report.isTrial
                ? "\(report.importable) accounts would be imported\(skipped)."
                : "Imported \(report.imported) accounts\(skipped).")
    }
}
