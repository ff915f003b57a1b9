import FoundationEssentials
import Glibc

/// The folder for temporary files (`TMPDIR`) of one run of the tests, the data folders of their clusters included.
package struct TestFolder: Sendable {
    package let path: String

    /// Makes one of its own in the system's folder for temporary files.
    ///
    /// - Throws: a sentence when that cannot be done.
    package init() throws(ClusterError) {
        let system = FileManager.default.temporaryDirectory.path
        var template = Array("\(system)/cryptodesk-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ClusterError("A folder for the tests' files could not be made in \(system): \(SystemError.last).")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Servers without privileges pass through it to what is theirs.
        if Account.isRoot { chmod(path, 0o711) }
    }

    /// Removes the folder with all that is in it, once the clusters in it have stopped: the last ones do so by
    /// themselves when the tests end.
    package func remove() async {
        let deadline = ContinuousClock.now + .seconds(30)
        while hasRunningClusters, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(50)) }
        try? FileManager.default.removeItem(atPath: path)
    }

    private var hasRunningClusters: Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.contains { (try? DataFolder(path: "\(path)/\($0)").isLocked()) == true }
    }
}
