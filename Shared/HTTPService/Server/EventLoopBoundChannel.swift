import HummingbirdCore
import Logging
import NIOCore

/// Hummingbird's HTTP/1 channel, its requests served by tasks on the connection's own event loop.
struct EventLoopBoundChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let base: HTTP1Channel
    private let executors: [ObjectIdentifier: EventLoopExecutor]

    init(base: HTTP1Channel, eventLoopGroup: any EventLoopGroup) {
        self.base = base
        executors = Dictionary(
            eventLoopGroup.makeIterator().map { (ObjectIdentifier($0), EventLoopExecutor($0)) }
        ) { first, _ in first }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        base.setup(channel: channel, logger: logger)
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskExecutorPreference(executors[ObjectIdentifier(value.channel.eventLoop)]) {
            await base.handle(value: value, logger: logger)
        }
    }
}
