import NIOCore
import NIOHTTP1

/// Stands next to the socket of an upstream connection and takes requests as bytes.
///
/// NIO's response decoder has to see each request pass, because the answer to `HEAD` has no body: it sees a head that
/// names the method and ends here, while the head that is sent was written as bytes by ``RequestHeadWriter``.
final class UpstreamWriter: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = ByteBuffer

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) { promise?.succeed() }

    func send(_ bytes: ByteBuffer, promise: EventLoopPromise<Void>? = nil) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        context.write(Self.wrapOutboundOut(bytes), promise: promise)
    }
}

/// Heads that tell NIO's response decoder the method, made once: a head is an allocation.
enum AnnouncedHead {
    private static let heads: [(method: HTTPMethod, head: HTTPRequestHead)] = [
        .GET, .HEAD, .POST, .PUT, .PATCH, .DELETE, .OPTIONS,
    ].map { ($0, HTTPRequestHead(version: .http1_1, method: $0, uri: "/")) }

    static func of(_ method: HTTPMethod) -> HTTPRequestHead {
        heads.first { $0.method == method }?.head ?? HTTPRequestHead(version: .http1_1, method: method, uri: "/")
    }
}
