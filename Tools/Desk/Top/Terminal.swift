import Glibc

/// The terminal as a screen that is drawn anew again and again, with single keys as input.
///
/// Source: termios(3), ioctl_tty(2); escape sequences of ECMA-48 and xterm's alternate screen.
final class Terminal: Sendable {
    private let before: termios

    /// `nil` where input or output is no terminal.
    init?() {
        var settings = termios()
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, tcgetattr(STDIN_FILENO, &settings) == 0 else {
            return nil
        }
        before = settings
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        Self.write("\u{1B}[?1049h\u{1B}[?25l")
    }

    /// Leaves everything as it was found.
    func restore() {
        Self.write("\u{1B}[?25h\u{1B}[?1049l")
        var settings = before
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    }

    /// Columns and rows as they are now.
    var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Draws the text from the top, cut to the size of the moment.
    func draw(_ text: String) {
        let (columns, rows) = size
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(max(1, rows - 1))
        // Each line wipes what was to its right, and the last one what was below.
        Self.write("\u{1B}[H" + lines.map { $0.prefix(columns) + "\u{1B}[K\r\n" }.joined() + "\u{1B}[J")
    }

    /// The next key, if one comes within `milliseconds`.
    static func key(within milliseconds: Int) -> UInt8? {
        var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, Int32(milliseconds)) > 0 else { return nil }
        var byte: UInt8 = 0
        // The end of the input is an end as well.
        return read(STDIN_FILENO, &byte, 1) == 1 ? byte : UInt8(ascii: "q")
    }

    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)
    }
}
