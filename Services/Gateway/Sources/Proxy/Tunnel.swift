import Authentication
import NIOCore

/// The bytes between a client and an upstream that have agreed on another protocol: nobody reads what they say.
///
/// Each end reads only what the other can take, and passes on that its side has nothing more to say.
final class Tunnel {
    let client = TunnelEnd()
    let upstream = TunnelEnd()
    /// Whose session it belongs to, and ends with; nil on a route that anybody may use.
    let caller: AccessToken?
    private let registry: TunnelRegistry
    private var lastMoved: UInt32
    private var openEnds = 2
    /// When the client was told to connect elsewhere.
    private var goodbyeAt: UInt32?
    /// The place among the event loop's tunnels.
    var place = 0

    init(caller: AccessToken?, registry: TunnelRegistry) {
        self.caller = caller
        self.registry = registry
        lastMoved = registry.tick
        client.join(self, partner: upstream)
        upstream.join(self, partner: client)
    }

    /// The client's connection is the tunnel's from here on.
    func begin() { registry.add(self) }

    func moved() { lastMoved = registry.tick }

    func isIdle(at now: UInt32, for ticks: UInt32) -> Bool { Int32(bitPattern: now &- lastMoved &- ticks) >= 0 }

    /// Tells the client to connect elsewhere.
    func sayGoodbye() {
        guard goodbyeAt == nil else { return }
        goodbyeAt = registry.tick
        client.sayGoodbye()
    }

    var isTold: Bool { goodbyeAt != nil }

    /// Whether the client was told so for longer than it may take to go.
    func overstays(at now: UInt32, _ ticks: UInt32) -> Bool {
        goodbyeAt.map { Int32(bitPattern: now &- $0 &- ticks) >= 0 } ?? false
    }

    /// Ends both connections at once.
    func close() {
        client.close()
        upstream.close()
    }

    /// The connection of one end is gone. The other has nobody to talk to, once it has been sent what is under way.
    func ended(_ end: TunnelEnd) {
        (end === client ? upstream : client).closeAfterOutput()
        openEnds -= 1
        guard openEnds == 0 else { return }
        registry.remove(self)
        client.leave()
        upstream.leave()
    }
}
