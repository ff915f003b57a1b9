/// A part of the work on a request, told by the functions that do it.
package struct Stage: Hashable, Sendable {
    package let name: String
    /// A function belongs to the stage when its name, mangled or not, or that of its library holds one of these.
    let marks: [String]

    init(_ name: String, _ marks: String...) {
        self.name = name
        self.marks = marks
    }

    /// What no other stage is.
    package static let rest = Stage("the rest")

    /// Of the Swift processes. A sample belongs to the innermost function that says something.
    static let all = [
        Stage("socket writes", "Socket5write", "Socket.write", "Socket6writev", "Socket.writev"),
        Stage("socket reads", "Socket4read", "Socket.read"),
        Stage("waiting for events", "epoll_wait"),
        Stage("PostgreSQL client", "Postgres", "Reactor", "libpq"),
        Stage("Redis client", "RedisC", "hiredis"),
        Stage("rate limits", "RequestGuard", "Lease", "RateLimit"),
        Stage("token and revocation", "TokenVerifier", "Revocation", "Credentials"),
        Stage("consistency token", "ConsistencyToken", "IssuedTokens"),
        Stage(
            "request's head and route", "RequestHeadPolicy", "ForwardedRequest", "RequestTarget", "GatewayPolicy",
            "RequestFieldReader", "FieldName"),
        Stage("request to the service", "RequestHeadWriter"),
        Stage("answer's head", "ResponseHeadWriter", "AnswerContext"),
        Stage("upstream pool", "Upstream"),
        Stage("answer from rows", "StrategyAnswer", "StrategyPage", "DirectAnswer", "DirectStrategyRead"),
        Stage("exchange", "ClientConnection", "Exchange", "ConnectionGate"),
        Stage("HTTP parsing", "llhttp", "NIOHTTP1", "ByteToMessage"),
        Stage("event loop and pipeline", "NIOCore", "NIOPosix"),
    ]

    /// - Parameter frames: the innermost first.
    package static func of(_ frames: [StackSample.Frame]) -> Stage {
        for frame in frames {
            if let stage = all.first(where: { $0.holds(frame) }) { return stage }
        }
        return .rest
    }

    private func holds(_ frame: StackSample.Frame) -> Bool {
        marks.contains { frame.symbol.contains($0) || frame.library.contains($0) }
    }
}
