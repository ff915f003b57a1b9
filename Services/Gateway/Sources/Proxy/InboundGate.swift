import NIOCore

/// Stands before the HTTP decoder, which says nothing until a head is complete: tells how much of one has come, and
/// throws away what comes after the last answer.
final class InboundGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Set once nothing that still comes is of interest.
    var discards = false
    /// Whether bytes have come since the last complete request.
    private(set) var hasPartialHead = false
    /// Whether the request line of the head that is on its way has ended.
    private(set) var hasRequestLine = false

    /// A head was complete, or a new one is expected.
    func reset() {
        hasPartialHead = false
        hasRequestLine = false
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if discards { return }
        let bytes = Self.unwrapInboundIn(data)
        hasPartialHead = true
        if !hasRequestLine { hasRequestLine = bytes.withUnsafeReadableBytes { $0.contains(UInt8(ascii: "\n")) } }
        context.fireChannelRead(data)
    }
}
