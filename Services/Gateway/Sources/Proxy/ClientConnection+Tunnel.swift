import NIOCore
import NIOHTTP1

// A request whose answer switches protocols: what follows passes through, unread.
extension ClientConnection {
    /// The protocol that the upstream is asked to switch to: WebSocket, where the route allows it. Behind any other, requests
    /// would reach the upstream that the gateway has not read.
    func upgradeToPass(_ exchange: Exchange) -> String? {
        guard exchange.route?.allowsUpgrade == true, exchange.request.version == .http1_1,
            !exchange.request.framing.hasBody, WebSocketHandshake.isWish(exchange.request)
        else { return nil }
        return "websocket"
    }

    /// Whether the upstream was asked to switch, and does so to what it was asked for.
    func maySwitch(_ exchange: Exchange, by head: HTTPResponseHead) -> Bool {
        guard let asked = exchange.passedUpgrade, exchange.state.requestIsComplete, !exchange.state.headWasAnswered,
            let upgrade = head.headers.first(name: "Upgrade")
        else { return false }
        return upgrade.lowercased() == asked
    }

    /// The upstream's answer is complete: what it sends from here on is the other protocol.
    func openTunnel(_ exchange: Exchange, _ connection: UpstreamConnection, _ head: HTTPResponseHead) {
        guard let channel = context?.channel, channel.isActive, !isClosing, !inputIsClosed else {
            connection.cancel()
            return abort()
        }
        exchange.answerStatus = Int(head.status.code)
        collect { ResponseHeadWriter.write(switching: head, exchange.answer, into: &$0) }
        exchange.upstream = nil
        exchange.pool?.answered(exchange, now: RequestGuard.microseconds())
        exchange.pool?.beginTunnel(exchange)
        let tunnel = Tunnel(caller: exchange.caller, registry: loop.tunnels)
        guard handOver(exchange, to: [tunnel.client]) else { return connection.cancel() }
        tunnel.begin()
        connection.handOver(to: tunnel.upstream)
        tunnel.client.becameReady()
    }
}
