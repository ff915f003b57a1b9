import Authentication
import FoundationEssentials

/// The tunnels of one event loop, and the time that passes for all of them.
final class TunnelRegistry {
    private let idleTicks: UInt32
    private let guards: RequestGuard
    private let connectionCount: ConnectionCount
    private var tunnels: [Tunnel] = []
    private(set) var tick: UInt32 = 0
    /// Ticks over which those that are left are still told to go; nil while nobody is.
    private var drainTicks: Int?

    private static let drainLength = 10
    /// How long a client that was told to go may take.
    private static let goodbyeTicks = Tick.count(.seconds(3))
    /// Sessions are looked at in every second tick.
    private static let sessionInterval: UInt32 = 2

    init(idle: Duration, guards: RequestGuard, connectionCount: ConnectionCount) {
        self.guards = guards
        idleTicks = Tick.count(idle)
        self.connectionCount = connectionCount
    }

    func add(_ tunnel: Tunnel) {
        tunnel.place = tunnels.count
        tunnels.append(tunnel)
    }

    func remove(_ tunnel: Tunnel) {
        connectionCount.decrease()
        guard let last = tunnels.popLast(), last !== tunnel else { return }
        tunnels[tunnel.place] = last
        last.place = tunnel.place
    }

    func advance(to tick: UInt32, isDraining: Bool) {
        self.tick = tick
        if isDraining { drain() }
        // From the end, because a tunnel that is closed gives its place to the last one.
        let seconds = tick % Self.sessionInterval == 0 && !tunnels.isEmpty ? Int(Date().timeIntervalSince1970) : nil
        for index in tunnels.indices.reversed() where index < tunnels.count {
            let tunnel = tunnels[index]
            if tunnel.isIdle(at: tick, for: idleTicks) || tunnel.overstays(at: tick, Self.goodbyeTicks)
                || seconds.map({ hasEnded(tunnel.caller, at: $0) }) ?? false
            {
                tunnel.close()
            }
        }
    }

    private func hasEnded(_ caller: AccessToken?, at seconds: Int) -> Bool {
        caller.map { $0.expiresAt <= seconds || guards.verdict(on: $0) == .revoked } ?? false
    }

    /// Tells a share of those that are left to connect elsewhere.
    private func drain() {
        let ticks = max(drainTicks ?? Self.drainLength, 1)
        drainTicks = ticks - 1
        let left = tunnels.filter { !$0.isTold }
        for tunnel in left.suffix((left.count + ticks - 1) / ticks) { tunnel.sayGoodbye() }
    }

    func shutDown() {
        for tunnel in tunnels { tunnel.close() }
    }
}
