import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Says `Connection: close` on every answer while the process drains, and closes once such an answer is written.
///
/// Hummingbird itself looks at the request's `Connection` only, so an answer that says `close` for another reason (a body
/// that was refused unread) is honoured here as well.
package final class ConnectionCloseHandler: ChannelOutboundHandler, RemovableChannelHandler {
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private let drain: DrainState
    private var closesAfterAnswer = false

    package init(drain: DrainState) { self.drain = drain }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch Self.unwrapOutboundIn(data) {
        case .head(var head) where head.status.kind != .informational:
            if drain.isDraining { head.headerFields[.connection] = "close" }
            closesAfterAnswer = head.headerFields.contains(.connection) && head.headerFields[.connection] == "close"
            context.write(Self.wrapOutboundOut(.head(head)), promise: promise)
        case .end where closesAfterAnswer:
            let written = promise ?? context.eventLoop.makePromise()
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            written.futureResult.whenSuccess { bound.value.close(mode: .output, promise: nil) }
            context.write(data, promise: written)
        default:
            context.write(data, promise: promise)
        }
    }
}
