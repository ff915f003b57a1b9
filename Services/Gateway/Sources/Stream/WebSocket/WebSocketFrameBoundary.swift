/// Where the frames of a WebSocket end that passes through unread: between two of them a word of our own can be said.
package struct WebSocketFrameBoundary: Sendable {
    private enum Part: Sendable {
        /// Between two frames → length.
        case start
        /// → extended, payload, start.
        case length
        /// Bytes of a longer length that are left, and what it is so far → payload, start.
        case extended(left: Int, value: UInt64, isMasked: Bool)
        /// Bytes of a frame that are left, its mask included → start.
        case payload(left: UInt64)
    }

    private var part = Part.start

    package init() {}

    package var isBetweenFrames: Bool {
        if case .start = part { true } else { false }
    }

    /// Follows what passes.
    ///
    /// - Parameter stopsBetweenFrames: whether to go no further than the end of the frame that is under way.
    /// - Returns: how many of the bytes were followed.
    package mutating func advance(over bytes: some RandomAccessCollection<UInt8>, stopsBetweenFrames: Bool = false)
        -> Int
    {
        var rest = bytes[...]
        while !rest.isEmpty, !(stopsBetweenFrames && isBetweenFrames) {
            if case .payload(let left) = part {
                let count = UInt64(rest.count)
                rest = rest.dropFirst(Int(min(left, count)))
                part = left > count ? .payload(left: left - count) : .start
            } else if let byte = rest.popFirst() {
                readHead(byte)
            }
        }
        return bytes.count - rest.count
    }

    private mutating func readHead(_ byte: UInt8) {
        switch part {
        case .start: part = .length
        case .length:
            let isMasked = byte & 0x80 != 0
            switch byte & 0x7F {
            case 126: part = .extended(left: 2, value: 0, isMasked: isMasked)
            case 127: part = .extended(left: 8, value: 0, isMasked: isMasked)
            case let length: beginPayload(UInt64(length), isMasked)
            }
        case .extended(let left, let value, let isMasked):
            let value = value << 8 | UInt64(byte)
            if left > 1 {
                part = .extended(left: left - 1, value: value, isMasked: isMasked)
            } else {
                beginPayload(value, isMasked)
            }
        case .payload: break
        }
    }

    private mutating func beginPayload(_ length: UInt64, _ isMasked: Bool) {
        // A length that cannot be one never ends.
        let (left, overflows) = length.addingReportingOverflow(isMasked ? 4 : 0)
        part = overflows ? .payload(left: .max) : left == 0 ? .start : .payload(left: left)
    }
}
