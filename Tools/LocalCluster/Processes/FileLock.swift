import Glibc

/// A lock that the kernel releases when its holder ends, however that comes about (flock(2)).
package final class FileLock: Sendable {
    private let descriptor: Int32

    /// `nil` when somebody else holds it.
    package init?(path: String) throws(ClusterError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ClusterError("Cannot open \(path): \(SystemError.last).") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
