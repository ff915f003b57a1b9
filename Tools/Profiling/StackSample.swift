/// One look at a processor: which process ran, and the functions that it was in.
package struct StackSample: Hashable, Sendable {
    package let pid: Int32
    /// The innermost first.
    package let frames: [Frame]

    package struct Frame: Hashable, Sendable {
        /// As the binary has it; `[unknown]` where it has none.
        package let symbol: String
        /// The file of the code: a path, or `[kernel.kallsyms]`.
        package let object: String

        package init(symbol: String, object: String) {
            self.symbol = symbol
            self.object = object
        }

        /// The object's name without its folder.
        package var library: Substring { object.split(separator: "/").last ?? "" }

        package var isKernel: Bool { object.hasPrefix("[kernel") || object.hasPrefix("[guest.kernel") }
    }

    package init(pid: Int32, frames: [Frame]) {
        self.pid = pid
        self.frames = frames
    }
}

extension StackSample {
    /// Reads what `perf script -F comm,pid,ip,sym,dso` prints: for each sample a line with the thread's name and its process,
    /// lines of `address symbol (object)` from the inside to the outside, and an empty line.
    ///
    /// - Returns: the samples that have a stack; lines of another form are passed over.
    package static func parse(_ text: String) -> [StackSample] {
        var samples: [StackSample] = []
        var pid: Int32?
        var frames: [Frame] = []
        func end() {
            if let pid, !frames.isEmpty { samples.append(StackSample(pid: pid, frames: frames)) }
            pid = nil
            frames = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.allSatisfy(\.isWhitespace) {
                end()
            } else if pid == nil || line.first?.isWhitespace == false {
                end()
                // The thread's name may have blanks.
                pid = line.split(whereSeparator: \.isWhitespace).last.flatMap { Int32($0) }
            } else if let frame = Frame(line: line) {
                frames.append(frame)
            }
        }
        end()
        return samples
    }
}

extension StackSample.Frame {
    /// `   474db9 PortalRun+0x12 (/usr/lib/postgresql/15/bin/postgres)`.
    fileprivate init?(line: Substring) {
        let parts = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        guard parts.count == 2, let bracket = parts[1].lastIndex(of: "("), parts[1].hasSuffix(")") else { return nil }
        var symbol = parts[1][..<bracket]
        while symbol.last == " " { symbol.removeLast() }
        if let plus = symbol.lastIndex(of: "+"), symbol[plus...].hasPrefix("+0x") { symbol = symbol[..<plus] }
        let object = parts[1][bracket...].dropFirst().dropLast()
        self.init(symbol: String(symbol), object: String(object))
    }
}
