import Glibc

/// What a person reads: results on standard output, complaints on standard error, both at once and unbuffered.
enum Console {
    static func say(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

    /// Writes over what stands on the terminal's line, and stays there.
    static func replaceLine(_ line: String) { write("\r" + line + "\u{1B}[K", to: STDOUT_FILENO) }

    static func complain(_ sentence: String) { write("desk: \(sentence)\n", to: STDERR_FILENO) }

    /// A line on what is under way, which the next one takes the place of.
    static func progress(_ line: String) { write("\r\u{1B}[K" + line, to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }
}
