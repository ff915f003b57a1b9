/// Why a command has no reply.
package struct RedisError: Error, Sendable, Equatable {
    package enum Code: Sendable, Equatable {
        /// No connection; the command was not sent, or the connection ended before its reply came.
        case unavailable
        /// The command's deadline passed. When it was sent already, the server may still carry it out.
        case deadlineExceeded
        /// The server answered with an error; `message` is its text.
        case server
        /// What the server sent is not RESP, too large, or not asked for.
        case protocolViolation
        /// Too many commands wait on this connection.
        case queueFull
    }

    package var code: Code
    /// For logs only; never shown to a client of ours.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The first word of a server error, as `NOSCRIPT` or `WRONGTYPE`; nil for every other code.
    package var serverErrorKind: Substring? {
        code == .server ? message.prefix { $0 != " " } : nil
    }

    /// The server takes no writes, because it follows another one.
    package var saysServerIsReplica: Bool { serverErrorKind == "READONLY" }
}

extension RedisError: CustomStringConvertible {
    package var description: String { "redis \(code): \(message)" }
}

extension RedisError {
    /// The error as it is when it is ours, else `unavailable`, for what NIO reports.
    init(wrapping error: any Error) {
        self = error as? RedisError ?? RedisError(.unavailable, "\(error)")
    }
}
