import Gateway

/// Sends every message back: what test suites of the WebSocket protocol expect of a server.
final class EchoSession: WebSocketSession {
    private var connection: WebSocketConnection?

    func opened(_ connection: WebSocketConnection) { self.connection = connection }

    func received(_ message: WebSocketMessage) {
        connection?.send(frame: WebSocketFrameWriter.frame(message))
    }

    func check(tick: UInt32, seconds: Int) {}

    func becameWritable() {}

    func closed() { connection = nil }
}

extension StreamLimits {
    /// As roomy as a test of the protocol alone needs them.
    static var echo: StreamLimits {
        var limits = StreamLimits()
        limits.connections = 1_000_000
        limits.webSocket.message = 32 << 20
        limits.webSocket.pendingOutput = 256 << 20
        limits.webSocket.outputTimeout = .seconds(120)
        limits.webSocket.framesPerSecond = .max
        return limits
    }
}
