package import APIContract
import Logging
import NIOCore
package import Settings
package import Traces

/// The settings that every process has: its two ports, its logs and its shutdown.
package struct ServerSettings: Sendable {
    /// Address of the public port.
    package static let listenHost = Setting<String>(
        "listen.host", default: "127.0.0.1", summary: "Address that the public port listens on.")
    /// Port for clients (the gateway) or for the gateway (the services).
    package static let listenPort = Setting<Int>(
        "listen.port", summary: "Public port; 0 lets the system choose.", isAllowed: { (0...65535).contains($0) })
    /// Takes the same requests as the public port, from whom its folder lets in.
    package static let listenSocket = Setting<String>(
        "listen.socket", default: "",
        summary: "Absolute path of a Unix socket that is listened on beside the public port; empty for none.",
        isAllowed: { $0.isEmpty || ($0.hasPrefix("/") && $0.utf8.count <= 107) })
    /// Address of the private port.
    package static let adminHost = Setting<String>(
        "admin.host", default: "127.0.0.1", summary: "Address that the admin port listens on; never a public one.")
    /// Port of `/livez`, `/readyz` and, later, `/metrics`.
    package static let adminPort = Setting<Int>(
        "admin.port", summary: "Private port of the probes and metrics; 0 lets the system choose.",
        isAllowed: { (0...65535).contains($0) })
    /// Least severe level that is logged.
    package static let logLevel = Setting<String>(
        "log.level", default: "info",
        summary: "Least severe level logged: trace, debug, info, notice, warning, error or critical.",
        isAllowed: { Logger.Level(rawValue: $0) != nil })
    /// How long a stopping process goes on serving, in milliseconds.
    package static let drainDelay = Setting<Int>(
        "drain.delay.ms", default: 5000, unit: "ms",
        summary: "How long a process that was told to stop goes on serving, while balancers take it out.",
        isAllowed: { (0...300_000).contains($0) })
    /// Threads of the event loops.
    package static let eventLoops = Setting<Int>(
        "event.loops", default: 0, summary: "Threads that carry requests; 0 for one a core.",
        isAllowed: { (0...256).contains($0) })
    /// Peers whose `X-Forwarded-*` are believed.
    package static let trustedProxies = Setting<String>(
        "trusted.proxies", default: "127.0.0.0/8,::1",
        summary:
            "CIDR blocks, separated by commas, of the peers whose X-Forwarded-For, or else Forwarded, is believed.",
        isAllowed: { (try? TrustedProxies($0)) != nil })

    package static let catalogue: [any AnySetting] =
        [
            listenHost, listenPort, listenSocket, adminHost, adminPort, logLevel, drainDelay, eventLoops,
            trustedProxies,
            CPUScheduling.setting,
        ] + TraceSettings.catalogue

    /// The public port, and the socket beside it if there is one.
    package let publicAddresses: [ListenAddress]
    package let adminAddress: ListenAddress
    package let drainDelay: Duration
    /// At least one.
    package let eventLoopCount: Int
    package let trustedProxies: TrustedProxies
    package let traces: TraceSettings

    package init(
        publicAddresses: [ListenAddress], adminAddress: ListenAddress, drainDelay: Duration, eventLoopCount: Int = 2,
        trustedProxies: TrustedProxies, traces: TraceSettings = TraceSettings()
    ) {
        self.publicAddresses = publicAddresses
        self.adminAddress = adminAddress
        self.drainDelay = drainDelay
        self.eventLoopCount = eventLoopCount
        self.trustedProxies = trustedProxies
        self.traces = traces
    }

    /// - Throws: `SettingsError` naming the key that is missing or wrong.
    package init(reader: SettingsReader) throws {
        let port = ListenAddress(host: try reader.value(Self.listenHost), port: try reader.value(Self.listenPort))
        let socket = try reader.value(Self.listenSocket)
        publicAddresses = [port] + (socket.isEmpty ? [] : [.socket(socket)])
        adminAddress = ListenAddress(host: try reader.value(Self.adminHost), port: try reader.value(Self.adminPort))
        drainDelay = .milliseconds(try reader.value(Self.drainDelay))
        let eventLoops = try reader.value(Self.eventLoops)
        eventLoopCount = eventLoops == 0 ? System.coreCount : eventLoops
        trustedProxies = try TrustedProxies(try reader.value(Self.trustedProxies))
        traces = try TraceSettings(reader: reader)
    }
}
