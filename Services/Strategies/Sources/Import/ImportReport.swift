package import APIContract
import JSON
package import NIOCore

/// What became of each line of an import, in so little memory that every line has its entry.
package struct ImportReport: Sendable {
    fileprivate enum Outcome {
        case created(id: Int)
        /// An index of ``refusals``.
        case refused(Int)
    }

    private var entries: [(line: Int32, outcome: Outcome)] = []
    /// The members of the entries that tell of an error; mostly many lines have the same mistake.
    private var refusals: [String] = []
    private var indices: [String: Int] = [:]
    private var bytes = 0
    package private(set) var createdCount = 0

    /// Beyond this many bytes of refusals an entry tells status and code, and no detail.
    private static let detailedBytes = 2 * 1024 * 1024

    package init() {}

    package var refusedCount: Int { entries.count - createdCount }

    package mutating func created(_ id: Int, line: Int) {
        entries.append((Int32(clamping: line), .created(id: id)))
        createdCount += 1
    }

    package mutating func refused(_ error: APIError, line: Int) {
        var text = #""status":\#(error.status),\#(error.rendered)"#
        if bytes + text.utf8.count > Self.detailedBytes, indices[text] == nil {
            text = #""status":\#(error.status),"code":\#(error.code.rawValue.jsonEscaped)"#
        }
        let index = indices[text] ?? refusals.count
        if index == refusals.count {
            refusals.append(text)
            indices[text] = index
            bytes += text.utf8.count
        }
        entries.append((Int32(clamping: line), .refused(index)))
    }

    /// An entry a line, in the order of the lines: `{"line":1,"status":201,"id":17}`, or
    /// `{"line":2,"status":422,"detail":[…],"code":"validation_failed"}`.
    package var pieces: Pieces { Pieces(entries: entries.sorted { $0.line < $1.line }, refusals: refusals) }

    /// The report as text, a piece of it at a time.
    package struct Pieces: Sequence, IteratorProtocol {
        fileprivate let entries: [(line: Int32, outcome: Outcome)]
        fileprivate let refusals: [String]
        private var position = 0

        /// In bytes, about.
        private static let size = 32 * 1024

        fileprivate init(entries: [(line: Int32, outcome: Outcome)], refusals: [String]) {
            self.entries = entries
            self.refusals = refusals
        }

        package mutating func next() -> ByteBuffer? {
            guard position < entries.count else { return nil }
            var piece = ByteBuffer()
            while position < entries.count, piece.readableBytes < Self.size {
                let (line, outcome) = entries[position]
                switch outcome {
                case .created(let id): piece.writeString("{\"line\":\(line),\"status\":201,\"id\":\(id)}\n")
                case .refused(let index): piece.writeString("{\"line\":\(line),\(refusals[index])}\n")
                }
                position += 1
            }
            return piece
        }
    }
}
