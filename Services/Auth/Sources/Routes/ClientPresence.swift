package import NIOCore

/// Why an operation was not finished: nobody waits for its answer.
package struct ClientGone: Error {}

/// Runs an operation and cancels it when the client closes the connection meanwhile.
///
/// Hummingbird's own way of doing this ends the connection after the answer, which a gateway's pool would notice too
/// late; this one leaves it open.
package func whileClientWaits<R: Sendable>(
    on channel: any Channel, _ operation: @escaping @Sendable () async throws -> R
) async throws -> R {
    let gone = channel.eventLoop.makePromise(of: Void.self)
    let name = "client-presence"
    do {
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(InputClosedHandler(gone), name: name, position: .first)
        }.get()
    } catch {
        gone.succeed()
        throw ClientGone()
    }
    defer { channel.pipeline.removeHandler(name: name, promise: nil) }
    return try await withThrowingTaskGroup(of: R.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await gone.futureResult.get()
            throw ClientGone()
        }
        defer {
            group.cancelAll()
            gone.succeed()
        }
        guard let result = try await group.next() else { throw ClientGone() }
        return result
    }
}

/// Notices the end of what a client sends; nothing else passes it changed.
private final class InputClosedHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let gone: EventLoopPromise<Void>

    init(_ gone: EventLoopPromise<Void>) { self.gone = gone }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { gone.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        gone.succeed()
        context.fireChannelInactive()
    }
}
