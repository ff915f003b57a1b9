import Glibc
import Synchronization

/// A line on standard error that is written over again and again; nothing where that is no terminal.
final class ProgressLine: Sendable {
    /// The least time between two changes.
    private static let interval = Duration.milliseconds(100)

    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let shown = Mutex<ContinuousClock.Instant?>(nil)

    func show(_ text: String) {
        guard isTerminal else { return }
        let isDue = shown.withLock { shown in
            if let shown, shown.duration(to: .now) < Self.interval { return false }
            shown = .now
            return true
        }
        // Back to the line's start, and behind the text the rest of what stood there is erased.
        if isDue { write("\r\(text)\u{1b}[K") }
    }

    func clear() {
        if isTerminal, shown.withLock({ $0 != nil }) { write("\r\u{1b}[K") }
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
