package import NIOCore

/// Cuts the pieces of a body into its lines, and holds one line and one piece at most.
package struct LineSplitter: Sendable {
    package enum Line: Hashable, Sendable {
        /// Without its line feed; may be empty.
        case text(ByteBuffer)
        /// Longer than allowed: its bytes are gone.
        case tooLong
    }

    private let longest: Int
    private var pending = ByteBuffer()
    /// Bytes of ``pending`` that are known to hold no line feed.
    private var searched = 0
    private var isTooLong = false
    /// Of the line that was returned last, from 1 on; 0 before any.
    package private(set) var number = 0

    /// - Parameter longest: of a line, in bytes.
    package init(longest: Int) { self.longest = longest }

    package mutating func append(_ piece: ByteBuffer) {
        pending.discardReadBytes()
        pending.writeImmutableBuffer(piece)
    }

    /// The next line that has come to its end; `nil` when more must come first.
    package mutating func next() -> Line? {
        let bytes = pending.readableBytesView
        guard let end = bytes[(bytes.startIndex + searched)...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = bytes.count
            if searched > longest { skip() }
            return nil
        }
        return take(end - bytes.startIndex, linefeed: 1)
    }

    /// What stands behind the last line feed, once everything has come; `nil` when nothing does.
    package mutating func last() -> Line? {
        pending.readableBytes > 0 || isTooLong ? take(pending.readableBytes, linefeed: 0) : nil
    }

    private mutating func take(_ length: Int, linefeed: Int) -> Line {
        defer {
            searched = 0
            isTooLong = false
            number += 1
        }
        guard !isTooLong, length <= longest, let line = pending.readSlice(length: length) else {
            pending.moveReaderIndex(forwardBy: length + linefeed)
            return .tooLong
        }
        pending.moveReaderIndex(forwardBy: linefeed)
        return .text(line)
    }

    private mutating func skip() {
        pending.clear()
        searched = 0
        isTooLong = true
    }
}
