import Foundation
import TestSupport

/// Runs a page's commands in one shell, in a folder of their own, against a cluster.
struct GuideShell {
    let baseURL: String
    /// The folder of the cluster that `./desk` is about; it is no command without one.
    var dataFolder: String?
    /// What else the page names otherwise than it is here.
    var replacements: [String: String] = [:]

    /// Between what two steps print.
    private static let mark = "\u{1E}"

    /// What each step printed; fewer than there are steps when one of them failed.
    func run(_ page: GuidePage) async throws -> (printed: [String], status: Int32) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "guide-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        if let dataFolder { try writeDesk(to: folder, about: dataFolder) }
        let steps = page.steps.map { step in
            replacements.reduce(step.commands.replacing("http://localhost:8080", with: baseURL)) {
                $0.replacing($1.key, with: $1.value)
            }
        }
        let script = "set -eu\n" + steps.map { $0 + "\nprintf '\\036'\n" }.joined()
        try script.write(to: folder.appending(path: "script.sh"), atomically: true, encoding: .utf8)
        let output = folder.appending(path: "output")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let handle = try FileHandle(forWritingTo: output)

        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["script.sh"]
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        try handle.close()
        let hasEnded = try await eventually(within: .seconds(120)) { !process.isRunning }
        if !hasEnded { process.terminate() }
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        return (text.components(separatedBy: Self.mark), hasEnded ? process.terminationStatus : -1)
    }

    /// `./desk` as a page has it, about this cluster; psql takes what stands behind its own options for itself.
    private func writeDesk(to folder: URL, about dataFolder: String) throws {
        let program = try TestEnvironment.value("DESK_EXECUTABLE")
        let script = """
            #!/bin/sh
            command=$1
            shift
            case $command in
                psql) exec '\(program)' psql --data '\(dataFolder)' "$@" ;;
                *) exec '\(program)' "$command" "$@" --data '\(dataFolder)' ;;
            esac

            """
        let file = folder.appending(path: "desk").path
        try script.write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    }
}
