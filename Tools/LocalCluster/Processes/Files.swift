import FoundationEssentials
import Glibc

/// File operations with owner and mode, whose errors say which path they are about.
enum Files {
    /// Writes a file that is complete whenever somebody sees it.
    ///
    /// - Parameter isDurable: it is on disk when this returns, and outlives a power cut.
    static func write(
        _ text: String, to path: String, mode: UInt32 = 0o644, owner: Account? = nil, isDurable: Bool = false
    ) throws {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode))
        guard descriptor >= 0 else { throw failure("write", path) }
        defer { close(descriptor) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { throw failure("write", path) }
            bytes = bytes.dropFirst(written)
        }
        guard fchmod(descriptor, mode_t(mode)) == 0 else { throw failure("write", path) }
        if let owner, fchown(descriptor, owner.userID, owner.groupID) != 0 { throw failure("give away", path) }
        if isDurable, fsync(descriptor) != 0 { throw failure("write", path) }
        guard rename(draft, path) == 0 else { throw failure("write", path) }
        if isDurable { try makeDurable(folder: parent(of: path)) }
    }

    /// Brings the names in a folder to disk.
    static func makeDurable(folder path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("write", path) }
    }

    /// Gives a folder another name, durably.
    static func move(_ path: String, to other: String) throws {
        guard rename(path, other) == 0 else { throw failure("rename", path) }
        try makeDurable(folder: parent(of: other))
    }

    /// The whole text of a file, also of those in `/proc` that do not tell their size.
    static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            guard count >= 0 else { return nil }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += part[..<count]
        }
    }

    /// Makes a folder with the ones above it, or gives an existing one this mode and owner.
    static func makeFolder(_ path: String, mode: UInt32, owner: Account? = nil) throws {
        if mkdir(path, mode_t(mode)) != 0 {
            if errno == ENOENT {
                try makeFolder(parent(of: path), mode: 0o755)
                guard mkdir(path, mode_t(mode)) == 0 else { throw failure("make the folder", path) }
            } else if errno != EEXIST {
                throw failure("make the folder", path)
            }
        }
        guard chmod(path, mode_t(mode)) == 0 else { throw failure("set the mode of", path) }
        if let owner, chown(path, owner.userID, owner.groupID) != 0 { throw failure("give away", path) }
    }

    /// Makes somebody the owner of a folder and of all that is in it.
    static func giveAway(_ folder: String, to owner: Account) throws {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        for path in [folder] + names.map({ "\(folder)/\($0)" })
        where lchown(path, owner.userID, owner.groupID) != 0 { throw failure("give away", path) }
    }

    static func remove(_ path: String) { unlink(path) }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// A path without `.`, `..` and symbolic links, of which the last parts need not exist.
    static func absolute(_ path: String) -> String {
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            return String(cString: resolved)
        }
        let parts = path.split(separator: "/")
        guard let last = parts.last else { return path }
        let above =
            path.hasPrefix("/")
            ? "/" + parts.dropLast().joined(separator: "/") : parts.dropLast().joined(separator: "/")
        let folder = absolute(above.isEmpty ? "." : above)
        return (folder == "/" ? "" : folder) + "/" + last
    }

    private static func failure(_ verb: String, _ path: String) -> ClusterError {
        let error = SystemError.last
        let wayOut = error.isDiskFull ? " Free some space, or use another disk with --data." : ""
        return ClusterError("Cannot \(verb) \(path): \(error).\(wayOut)")
    }
}
