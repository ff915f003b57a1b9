package import Settings

/// How the gateway keeps its connections to the services, and how it checks their instances.
package struct UpstreamSettings: Sendable {
    static let catalogue: [any AnySetting] = [
        connections, idleConnections, keepAlive, healthInterval, healthTimeout,
    ]

    private static let connections = Setting<Int>(
        "upstream.max.connections", default: 512,
        summary: "Connections of each event loop to one instance, further requests get 503.",
        isAllowed: { (1...65_536).contains($0) })
    private static let idleConnections = Setting<Int>(
        "upstream.idle.connections", default: 64, summary: "Idle connections of each event loop to one instance.",
        isAllowed: { (0...65_536).contains($0) })
    private static let keepAlive = Setting<Int>(
        "upstream.keepalive.ms", default: 30_000, unit: "ms",
        summary: "How long an idle connection to an instance is kept; less than the instance keeps it.",
        isAllowed: { (1...3_600_000).contains($0) })
    private static let healthInterval = Setting<Int>(
        "upstream.health.interval.ms", default: 1_000, unit: "ms", summary: "Time between two checks of an instance.",
        isAllowed: { (10...60_000).contains($0) })
    private static let healthTimeout = Setting<Int>(
        "upstream.health.timeout.ms", default: 400, unit: "ms",
        summary: "How long an instance may take to answer a check; two in a row without an answer take it out.",
        isAllowed: { (10...60_000).contains($0) })

    package var limits = UpstreamPoolLimits()
    package let healthCheckInterval: Duration
    package let healthCheckTimeout: Duration

    /// - Throws: `SettingsError` naming the key that is wrong.
    package init(reader: SettingsReader) throws {
        limits.connections = try reader.value(Self.connections)
        limits.idle = try reader.value(Self.idleConnections)
        limits.idleTimeout = .milliseconds(try reader.value(Self.keepAlive))
        healthCheckInterval = .milliseconds(try reader.value(Self.healthInterval))
        healthCheckTimeout = .milliseconds(try reader.value(Self.healthTimeout))
    }
}
