/// One file of PostgreSQL's write-ahead log, 16 MB long.
///
/// Its name is three numbers of eight hexadecimal digits: timeline, log, and one of the 256 segments of that log.
/// Source: PostgreSQL documentation, "WAL Internals".
package struct WALSegment: Hashable, Sendable {
    package static let bytes = 16 << 20

    package let timeline: UInt32
    /// Its place in the log, whichever timeline wrote it.
    package let number: UInt64

    /// `nil` for the name of anything else, such as a timeline's history.
    package init?(name: some StringProtocol) {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) }
        guard name.utf8.count == 24, name.utf8.allSatisfy(isDigit),
            let timeline = UInt32(name.prefix(8), radix: 16),
            let log = UInt64(name.dropFirst(8).prefix(8), radix: 16),
            let segment = UInt64(name.dropFirst(16), radix: 16), segment < 256
        else { return nil }
        self.timeline = timeline
        number = log << 8 | segment
    }

    /// The name of the first file that a base backup's recovery needs, out of its `backup_label`.
    package static func first(ofBackupLabel label: String) -> String? {
        guard let line = label.split(separator: "\n").first(where: { $0.hasPrefix("START WAL LOCATION: ") }),
            let mark = line.firstRange(of: "(file ")
        else { return nil }
        let name = line[mark.upperBound...].prefix { $0 != ")" }
        return WALSegment(name: name).map { _ in String(name) }
    }

    /// The first number that is missing between `start` and the last one of the archive; `nil` when there is none.
    package static func gap(in segments: some Sequence<WALSegment>, from start: UInt64) -> UInt64? {
        let numbers = Set(segments.map(\.number))
        guard let last = numbers.max(), last >= start else { return nil }
        return (start...last).first { !numbers.contains($0) }
    }
}
