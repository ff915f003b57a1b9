import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// A connection of a service: HTTP/1.1, a ``ConnectionGate``, and Hummingbird behind it, whose requests are served by tasks
/// on the connection's own event loop.
struct ServiceChannel: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let responder: Responder
    private let makeGate: @Sendable () -> ConnectionGate
    private let drain: DrainState
    private let executors: [ObjectIdentifier: EventLoopExecutor]

    init(
        responder: @escaping Responder, drain: DrainState, eventLoopGroup: any EventLoopGroup,
        makeGate: @escaping @Sendable () -> ConnectionGate
    ) {
        self.responder = responder
        self.makeGate = makeGate
        self.drain = drain
        executors = Dictionary(
            eventLoopGroup.makeIterator().map { (ObjectIdentifier($0), EventLoopExecutor($0)) }
        ) { first, _ in first }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: Self.limits)
            try pipeline.addHandler(makeGate())
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(ConnectionCloseHandler(drain: drain))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(executors[ObjectIdentifier(value.channel.eventLoop)]) {
            await handleHTTP(asyncChannel: value, logger: logger)
        }
    }

    private static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 * 1024
        limits.maxHeaderListSize = 24 * 1024
        limits.maxHeaderFieldCount = 128
        return limits
    }
}
