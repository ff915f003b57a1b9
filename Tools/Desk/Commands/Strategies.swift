import ArgumentParser
import AsyncHTTPClient
import Glibc
import LocalCluster
import NIOCore

struct Strategies: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring strategies into a cluster, or out of it, as one of its users.",
        subcommands: [ImportStrategies.self, ExportStrategies.self])
}

/// Whose strategies, and where.
struct AccountOptions: ParsableArguments {
    @Option(help: "The cluster's address, such as https://desk.example.com.")
    var url: String

    @Option(help: "The account's e-mail address.")
    var email: String

    @Option(help: "A file whose first line is the password; without it the terminal is asked.")
    var passwordFile: String?

    func session() throws -> APISession {
        APISession(url: url, email: email, password: try password())
    }

    private func password() throws -> String {
        if let passwordFile {
            guard let line = try LineFile(passwordFile).next() else {
                throw ClusterError("\(passwordFile) is empty: its first line must be the password.")
            }
            return String(decoding: line, as: UTF8.self)
        }
        guard let typed = getpass("Password of \(email): ") else {
            throw ClusterError("There is no terminal to ask for the password: name a file with --password-file.")
        }
        return String(cString: typed)
    }
}

struct ImportStrategies: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Create the strategies of a file, a JSON object a line.",
        discussion: """
            The lines go in pieces. When the command ends early, the same command goes on: for 24 hours what came in already \
            does not come in twice. What an export writes can be imported: ids, versions and times are given anew.
            """)

    @Argument(help: "The file; - is standard input.")
    var file: String

    @OptionGroup var account: AccountOptions

    @Option(help: "Another name lets the same lines come in once more.")
    var name = "1"

    @Flag(help: "Print JSON for programs.")
    var json = false

    func run() async throws {
        let upload = StrategyUpload(try account.session(), try LineFile(file), name: name) { summary in
            if !json, isatty(STDERR_FILENO) == 1 { Console.progress(summary.text) }
        }
        let summary = try await upload.upload()
        if json {
            Console.say(summary.json)
        } else {
            if isatty(STDERR_FILENO) == 1 { Console.progress("") }
            for failure in summary.failures { Console.complain("line \(failure.line): \(failure.message)") }
            Console.say(summary.text)
        }
        if let problem = summary.problem {
            throw ClusterError(
                "\(problem)\nUp to line \(summary.last) everything has its result. The lines after it may have come in or not: run the same command again, and nothing comes in twice."
            )
        }
        guard summary.failed == 0 else { throw ExitCode(2) }
    }
}

struct ExportStrategies: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write all strategies of an account, a JSON object a line.")

    @Option(name: .shortAndLong, help: "The file; standard output without it.")
    var output: String?

    @OptionGroup var account: AccountOptions

    @Flag(help: "Print JSON for programs: how many lines were written.")
    var json = false

    func run() async throws {
        let download = try StrategyDownload(to: output)
        let lines = try await download.run(try account.session()) { lines in
            if !json, output != nil, isatty(STDERR_FILENO) == 1 { Console.progress("\(lines) strategies") }
        }
        guard output != nil else { return }
        if isatty(STDERR_FILENO) == 1, !json { Console.progress("") }
        Console.say(json ? "{\"strategies\":\(lines)}" : "\(lines) strategies")
    }
}
