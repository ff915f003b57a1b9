import NIOCore

/// Asks one Sentinel for the master over a connection of its own, and closes it.
final class RedisSentinelQuery: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let commands: [[RedisArgument]]
    private let answer: EventLoopPromise<RedisConfiguration.Address>
    private let limit: TimeAmount
    private let decoder = RedisReplyDecoder()
    private var replies = 0
    private var deadline: Scheduled<Void>?

    /// - Parameters:
    ///   - commands: the question is the last one.
    ///   - limit: after which an answer is not waited for any more.
    ///   - answer: is completed once, whatever happens.
    init(commands: [[RedisArgument]], limit: TimeAmount, answer: EventLoopPromise<RedisConfiguration.Address>) {
        self.commands = commands
        self.limit = limit
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        var buffer = context.channel.allocator.buffer(capacity: 256)
        var encoder = RedisCommandEncoder()
        do {
            for command in commands { try encoder.encode(command, into: &buffer) }
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        } catch {
            end(context, .failure(error))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try decoder.feed(unwrapInboundIn(data))
            while let reply = try decoder.next() {
                replies += 1
                // A Sentinel without a password refuses one; whether it answers is what counts.
                guard replies == commands.count else { continue }
                return end(context, .success(try RedisSentinels.master(in: reply)))
            }
        } catch {
            end(context, .failure(error))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context, .failure(RedisError(.unavailable, "the Sentinel gave no answer")))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(context, .failure(error)) }

    private func end(
        _ context: ChannelHandlerContext, _ result: Result<RedisConfiguration.Address, any Error>
    ) {
        deadline?.cancel()
        answer.completeWith(result)
        context.close(promise: nil)
    }
}
