import NIOCore

/// Stands before the HTTP decoder, which says nothing until a head is complete: tells whether one is on its way and what
/// was wrong with one that the decoder gave up, and throws away what comes after the last answer.
final class InboundGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Set once nothing that still comes is of interest.
    var discards = false
    /// Whether bytes have come since the last complete request.
    private(set) var hasPartialHead = false
    private var receivedBytes = 0
    /// Bytes that have come in reads after that of the last head.
    private(set) var bytesSinceHead = 0
    /// The line that the last read ended in.
    private var line = PartialLine()
    /// What the decoder is looking at, and the line that was under way before it.
    private var read: (bytes: ByteBuffer, line: PartialLine)?

    /// A head was complete, or a new one is expected.
    func reset() {
        hasPartialHead = false
        bytesSinceHead = 0
    }

    /// Bytes that have come since this was last asked.
    func takeReceivedBytes() -> Int {
        defer { receivedBytes = 0 }
        return receivedBytes
    }

    /// What can be told of a head that the decoder gives up. Asked while it does so.
    var fragment: HeadFragment {
        HeadFragment(read?.bytes.readableBytesView ?? ByteBufferView(), continuing: read?.line ?? PartialLine())
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        receivedBytes += bytes.readableBytes
        if discards { return }
        hasPartialHead = true
        bytesSinceHead += bytes.readableBytes
        read = (bytes, line)
        bytes.withUnsafeReadableBytes { line.append($0) }
        context.fireChannelRead(data)
        read = nil
    }
}
