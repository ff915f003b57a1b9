import NIOCore
import NIOWebSocket

/// The opening of an event stream (RFC 6455 §4.1); after the answer 101 it makes way for the WebSocket's frames.
final class StreamHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let stream: StreamConnection
    private var parser = AnswerParser()
    private var isAnswered = false

    init(_ stream: StreamConnection) { self.stream = stream }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(stream.request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswered else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        parser.append(&bytes)
        do throws(AnswerParser.Failure) {
            guard let answer = try parser.next() else { return }
            guard answer.status == 101 else { return refuse(context, .streamRefused(answer.status)) }
        } catch {
            return refuse(context, .malformedAnswer)
        }
        becomeStream(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        refuse(context, .connectionClosed)
        context.fireChannelInactive()
    }

    private func becomeStream(_ context: ChannelHandlerContext) {
        isAnswered = true
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandlers([
                WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 20)), stream,
            ])
        } catch {
            return context.close(promise: nil)
        }
        let rest = parser.takeRest()
        if rest.readableBytes > 0 { context.fireChannelRead(NIOAny(rest)) }
        pipeline.removeHandler(self, promise: nil)
    }

    private func refuse(_ context: ChannelHandlerContext, _ error: LoadError) {
        guard !isAnswered else { return }
        isAnswered = true
        stream.refused(error)
        context.close(promise: nil)
    }
}
