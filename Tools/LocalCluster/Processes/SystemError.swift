import Glibc

/// What the system says of the last call that failed.
struct SystemError: Error, CustomStringConvertible {
    let code: Int32

    /// The current thread's `errno`.
    static var last: SystemError { SystemError(code: errno) }

    var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
    var description: String { String(cString: strerror(code)) }
}
