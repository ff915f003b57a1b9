import FoundationEssentials
import Glibc

/// Room on a disk, asked for before it is needed.
package struct DiskRoom: Hashable, Sendable {
    /// Left free in any case: a disk that is full to the last byte stops more than a backup.
    package static let reserve = 512 << 20

    /// In bytes.
    package let free: Int

    package init(free: Int) { self.free = free }

    /// Of the disk that a folder is on, or will be.
    init(at path: String) {
        var disk = statvfs()
        var folder = path
        while statvfs(folder, &disk) != 0, folder != "/" { folder = Files.parent(of: folder) }
        free = Int(disk.f_bavail) * Int(disk.f_frsize)
    }

    /// - Throws: ``ClusterError`` when that many bytes, and the reserve, do not fit.
    package func check(_ bytes: Int, for what: String, at path: String) throws(ClusterError) {
        let needed = bytes + Self.reserve
        guard free < needed else { return }
        throw ClusterError(
            "\(what) takes \(needed >> 20) MB with the reserve, and only \(free >> 20) MB are free at \(path): "
                + "free some space, or use another disk.")
    }

    /// What the files below a folder take.
    static func bytes(below folder: String) -> Int {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        return names.reduce(0) { sum, name in
            var status = stat()
            return lstat("\(folder)/\(name)", &status) == 0 ? sum + Int(status.st_blocks) * 512 : sum
        }
    }
}
