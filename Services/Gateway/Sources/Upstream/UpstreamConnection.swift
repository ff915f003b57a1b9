import NIOCore
import NIOHTTP1

/// One connection to an upstream: carries one request after the other, and tells its client connection what comes back.
///
/// Everything happens on the event loop that the client connection is on as well.
final class UpstreamConnection: ChannelInboundHandler, ChannelOutboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// The client whose request is under way; `nil` while the connection is idle.
    private(set) var client: ClientConnection?
    let instance: PooledInstance
    private let pool: UpstreamPool
    private let writer: UpstreamWriter
    private var context: ChannelHandlerContext?
    private var keepsAlive = false
    private var holdsRead = false
    /// Whether the pool counts the connection. A name may stand for several addresses that are tried side by side.
    var isAdopted = false

    init(instance: PooledInstance, pool: UpstreamPool, writer: UpstreamWriter) {
        self.instance = instance
        self.pool = pool
        self.writer = writer
    }

    // MARK: What the client connection asks

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func attach(_ client: ClientConnection) { self.client = client }

    /// Sends a request's head, and whatever of the body was ready with it.
    func send(_ head: ByteBuffer, method: HTTPMethod, promise: EventLoopPromise<Void>?) {
        keepsAlive = false
        context?.write(Self.wrapOutboundOut(.head(AnnouncedHead.of(method))), promise: nil)
        writer.send(head, promise: promise)
    }

    func send(_ bytes: ByteBuffer) { writer.send(bytes) }

    func flush() { context?.flush() }

    /// The answer is complete: the connection goes back to the pool, or ends.
    func release(reusable: Bool) {
        client = nil
        if reusable, context?.channel.isActive == true, pool.release(self) {
            resumeReading()
        } else {
            close()
        }
    }

    /// Gives the request up. The upstream learns of it by the end of its connection.
    func cancel() {
        client = nil
        close()
    }

    func close() { context?.close(promise: nil) }

    /// The connection is no HTTP from here on: another handler takes it over. For its instance it counts until it ends.
    func handOver(to end: TunnelEnd) {
        client = nil
        guard let context else { return }
        isAdopted = false
        context.channel.closeFuture.assumeIsolated().whenComplete { [instance] _ in instance.connections.closed(nil) }
        resumeReading()
        let pipeline = context.pipeline.syncOperations
        let isReady = context.eventLoop.makePromise(of: Void.self)
        isReady.futureResult.assumeIsolated().whenComplete { _ in
            end.becameReady()
            pipeline.fireChannelReadComplete()
        }
        do {
            try context.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
            let decoder = try pipeline.context(handlerType: ByteToMessageHandler<HTTPResponseDecoder>.self)
            // This handler first: what the decoder has left over goes to the next one.
            pipeline.removeHandler(self, promise: nil)
            try pipeline.addHandler(end, position: .last)
            pipeline.removeHandler(writer, promise: nil)
            // The decoder takes no bytes to write, and it leaves only a moment later.
            pipeline.removeHandler(context: decoder, promise: isReady)
        } catch {
            isReady.fail(error)
            context.close(promise: nil)
        }
    }

    /// The client takes bytes again.
    func resumeReading() {
        guard holdsRead else { return }
        holdsRead = false
        context?.read()
    }

    // MARK: What the channel reports

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Reads nothing while the client cannot take what came before.
    func read(context: ChannelHandlerContext) {
        if client?.isWritable ?? true {
            context.read()
        } else {
            holdsRead = true
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let client else { return close() }
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            keepsAlive = head.isKeepAlive
            client.upstream(self, answeredWith: head)
        case .body(let bytes): client.upstream(self, sent: bytes)
        case .end(let trailers): client.upstream(self, endedWith: trailers, keepsAlive: keepsAlive)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { client?.upstreamReadCompleted() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { client?.upstreamBecameWritable() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let failed = client
        if error is HTTPParserError || error is NIOHTTPDecoderError {
            client = nil
            context.close(promise: nil)
            failed?.upstream(self, failed: .malformedAnswer, cause: error)
        } else {
            failed?.noteUpstreamError(error)
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isAdopted { instance.connections.closed(self) }
        let failed = client
        client = nil
        failed?.upstream(self, failed: .connectionLost, cause: nil)
    }
}
