import NIOCore
import NIOHTTP1

/// A body that is collected, because it is passed on under other names.
struct BodyRewrite {
    /// Of an answer, until its length is known.
    let head: HTTPResponseHead?
    private var bytes = ByteBuffer()

    init(head: HTTPResponseHead? = nil) { self.head = head }

    /// - Returns: false when it is too large.
    mutating func append(_ part: ByteBuffer) -> Bool {
        guard bytes.readableBytes + part.readableBytes <= FieldMapping.maximumBody else { return false }
        bytes.writeImmutableBuffer(part)
        return true
    }

    var body: [UInt8] { Array(bytes.readableBytesView) }
}
