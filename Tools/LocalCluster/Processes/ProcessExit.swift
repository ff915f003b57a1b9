/// How a process ended.
package enum ProcessExit: Hashable, Sendable, CustomStringConvertible {
    case status(Int32)
    case signal(Int32)

    /// Reads a status of `waitpid(2)`.
    package init(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .status((waitStatus >> 8) & 0xff) : .signal(signal)
    }

    package var description: String {
        switch self {
        case .status(0): "ended"
        case .status(let code): "ended with status \(code)"
        case .signal(let number): "was killed by signal \(number)"
        }
    }
}
