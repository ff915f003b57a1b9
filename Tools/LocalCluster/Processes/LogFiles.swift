import FoundationEssentials
import Glibc

/// The log of each process, in `logs/NAME.log`; the one before the last start is `NAME.log.1`.
package struct LogFiles: Sendable {
    /// A log that grows past this while its process runs is moved to `.1` and begins again.
    static let largest: Int64 = 64 << 20

    private let layout: ClusterLayout

    package init(_ layout: ClusterLayout) { self.layout = layout }

    /// The names that have a log.
    package var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: layout.logsFolder)) ?? []
        return files.filter { $0.hasSuffix(".log") }.map { String($0.dropLast(4)) }.sorted()
    }

    /// The log's name: `postgres` and `primary` stand for the primary's.
    package func resolved(_ name: String) throws -> String {
        guard name == "postgres" || name == "primary" else { return name }
        return try PrimaryRecordFile(layout).read().primary
    }

    /// Sets the last run's logs aside.
    func rotateAll() {
        for name in names where name != "supervisor" {
            rename(layout.log(name), layout.log(name) + ".1")
        }
    }

    func create(_ name: String, owner: Account?) throws {
        try Files.write("", to: layout.log(name), mode: 0o600, owner: owner)
    }

    /// Bounds the logs of running processes, which hold them open for appending: copied, then cut to nothing.
    func bound() {
        for name in names {
            var status = stat()
            let path = layout.log(name)
            guard stat(path, &status) == 0, status.st_size > Self.largest else { continue }
            try? FileManager.default.removeItem(atPath: path + ".1")
            try? FileManager.default.copyItem(atPath: path, toPath: path + ".1")
            truncate(path, 0)
        }
    }

    /// What a server said before it ended, shortened: the last line that tells of an error, else the last one.
    func lastWords(_ name: String) -> String? {
        let lines = tail(name, bytes: 8192).split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
        let marks = ["FATAL", "PANIC", "[emerg]", "FATAL CONFIG FILE ERROR", "error", "Error"]
        // What a server says of being cancelled follows from the error before it.
        let telling = lines.last { line in marks.contains { line.contains($0) } && !line.contains("CancellationError") }
        guard let line = telling ?? lines.last else { return nil }
        return line.count > 240 ? String(line.prefix(240)) + "…" : String(line)
    }

    /// The last share that a program has told, such as `45%`.
    func lastShare(_ name: String) -> String? {
        tail(name, bytes: 512).split(whereSeparator: { $0.isWhitespace || $0 == "(" || $0 == ")" })
            .last { $0.hasSuffix("%") && $0.dropLast().allSatisfy(\.isNumber) }.map(String.init)
    }

    func tail(_ name: String, bytes: Int) -> String {
        let descriptor = open(layout.log(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        lseek(descriptor, max(0, size - bytes), SEEK_SET)
        var buffer = [UInt8](repeating: 0, count: bytes)
        let count = read(descriptor, &buffer, bytes)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
