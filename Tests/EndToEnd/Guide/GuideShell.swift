import Foundation
import TestSupport

/// Runs a page's commands in one shell, in a folder of their own, against a cluster.
struct GuideShell {
    let baseURL: String

    /// Between what two steps print.
    private static let mark = "\u{1E}"

    /// What each step printed; fewer than there are steps when one of them failed.
    func run(_ page: GuidePage) async throws -> (printed: [String], status: Int32) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "guide-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let steps = page.steps.map { $0.commands.replacing("http://localhost:8080", with: baseURL) }
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
        let hasEnded = try await eventually(within: .seconds(60)) { !process.isRunning }
        if !hasEnded { process.terminate() }
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        return (text.components(separatedBy: Self.mark), hasEnded ? process.terminationStatus : -1)
    }
}
