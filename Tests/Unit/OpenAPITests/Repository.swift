import Foundation

/// The files of the repository that these tests belong to.
enum Repository {
    static func path(_ name: String) -> String {
        // From this file up to the repository.
        var folder = URL(filePath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.appending(path: name).path
    }

    /// The Swift sources below these folders.
    static func sources(_ folders: [String]) throws -> [String] {
        try folders.flatMap { folder in
            let root = path(folder)
            return try (FileManager.default.subpaths(atPath: root) ?? []).filter { $0.hasSuffix(".swift") }.map {
                try String(contentsOfFile: "\(root)/\($0)", encoding: .utf8)
            }
        }
    }
}
