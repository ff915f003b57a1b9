package import NIOCore

extension RedisClient {
    /// Runs a script by its SHA-1, and by its source when the server does not know it yet.
    package func evaluate(
        _ script: RedisScript, keys: [String], arguments: [RedisArgument], deadline: Duration? = nil
    ) async throws(RedisError) -> RedisReply {
        do {
            return try await send(script.command(by: .sha1, keys, arguments), deadline: deadline)
        } catch {
            guard error.serverErrorKind == "NOSCRIPT" else { throw error }
            return try await send(script.command(by: .source, keys, arguments), deadline: deadline)
        }
    }

    /// The same over the event loop's own connection.
    package func evaluate(
        _ script: RedisScript, keys: [String], arguments: [RedisArgument], on eventLoop: any EventLoop,
        deadline: Duration? = nil
    ) -> EventLoopFuture<RedisReply> {
        send(script.command(by: .sha1, keys, arguments), on: eventLoop, deadline: deadline).flatMapError { error in
            guard (error as? RedisError)?.serverErrorKind == "NOSCRIPT" else {
                return eventLoop.makeFailedFuture(error)
            }
            return self.send(script.command(by: .source, keys, arguments), on: eventLoop, deadline: deadline)
        }
    }
}

extension RedisScript {
    fileprivate enum Reference {
        case sha1
        case source
    }

    fileprivate func command(
        by reference: Reference, _ keys: [String], _ arguments: [RedisArgument]
    ) -> [RedisArgument] {
        let head: [RedisArgument] =
            switch reference {
            case .sha1: ["EVALSHA", .string(sha1)]
            case .source: ["EVAL", .string(source)]
            }
        return head + [.integer(keys.count)] + keys.map(RedisArgument.string) + arguments
    }
}
