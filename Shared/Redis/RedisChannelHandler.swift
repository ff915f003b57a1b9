package import NIOCore

/// Carries bytes: hands each reply in what was read to its connection.
package final class RedisChannelHandler: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer

    private let connection: RedisConnection
    private let decoder = RedisReplyDecoder()

    package init(connection: RedisConnection) {
        self.connection = connection
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try decoder.feed(unwrapInboundIn(data))
            while let reply = try decoder.next() {
                connection.received(reply)
            }
        } catch {
            connection.violated(RedisError(wrapping: error))
        }
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        connection.flush()
        context.fireChannelWritabilityChanged()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.noteFailure(error)
        context.close(promise: nil)
    }
}
