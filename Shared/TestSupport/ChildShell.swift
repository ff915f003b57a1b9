import Foundation

/// A shell script that runs as PostgreSQL's user until it ends by itself, or sees the end of its input.
///
/// What it writes goes to the file `log` in its folder, whose path is in `FOLDER`.
final class ChildShell: Sendable {
    private let process: Process
    private let input: Pipe

    init(script: String, isRoot: Bool, folder: String, environment: [String: String]) throws {
        process = Process()
        input = Pipe()
        let log = folder + "/log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        process.executableURL = URL(filePath: isRoot ? "/usr/bin/setpriv" : "/bin/sh")
        process.arguments =
            (isRoot ? ["--reuid", "postgres", "--regid", "postgres", "--init-groups", "/bin/sh"] : []) + ["-c", script]
        process.environment = environment.merging(
            ["FOLDER": folder, "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"]
        ) { $1 }
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try output.close()
        try input.fileHandleForReading.close()
    }

    var isRunning: Bool { process.isRunning }

    func closeInput() { try? input.fileHandleForWriting.close() }
}
