import FoundationEssentials
import LocalCluster

/// Where this program and its repository are.
struct Installation {
    /// The absolute path of this program.
    let executable: String
    /// The folder with `Package.swift`.
    let repository: String

    static func find() throws(ClusterError) -> Installation {
        let link = "/proc/self/exe"
        guard let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: link) else {
            throw ClusterError("The path of this program could not be read from \(link).")
        }
        var folder = Self.parent(of: executable)
        while !FileManager.default.fileExists(atPath: folder + "/Package.swift") {
            guard folder != "/" else {
                throw ClusterError("The program \(executable) is in no clone of the repository: start it with ./desk.")
            }
            folder = Self.parent(of: folder)
        }
        return Installation(executable: executable, repository: folder)
    }

    /// The folder with this project's programs.
    var programsFolder: String { Self.parent(of: executable) }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
