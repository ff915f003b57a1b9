import NIOCore

/// Carries bytes: hands each reply in what was read to its connection.
final class RedisChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: RedisConnection
    private let decoder = RedisReplyDecoder()

    init(connection: RedisConnection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try decoder.feed(unwrapInboundIn(data))
            while let reply = try decoder.next() {
                connection.received(reply)
            }
        } catch {
            connection.violated(RedisError(wrapping: error))
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        connection.flush()
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.noteFailure(error)
        context.close(promise: nil)
    }
}
