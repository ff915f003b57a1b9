import HTTPService
package import Settings

/// How the gateway treats the services: connections, checks of their instances, and what it does in an overload.
package struct UpstreamSettings: Sendable {
    static let catalogue: [any AnySetting] = [
        connections, idleConnections, keepAlive, healthInterval, healthTimeout, resolveInterval, concurrency, queue,
        queueWait, retryPercent, retryReserve, ejectAfter, ejectedPercent,
    ]

    private static let connections = Setting<Int>(
        "upstream.max.connections", default: 512,
        summary: "Connections of each event loop to one instance, further requests get 503.",
        isAllowed: { (1...65_536).contains($0) })
    private static let idleConnections = Setting<Int>(
        "upstream.idle.connections", default: 64, summary: "Idle connections of each event loop to one instance.",
        isAllowed: { (0...65_536).contains($0) })
    /// A service must not close what the gateway may be about to use.
    private static let keepAlive = Setting<Int>(
        "upstream.keepalive.ms", default: 30_000, unit: "ms",
        summary:
            "How long an idle connection to an instance is kept; at most 80 s, because instances keep it for 90 s.",
        isAllowed: { (1...(HTTPListener.idleTimeout - .seconds(10)).microseconds / 1000).contains($0) })
    private static let healthInterval = Setting<Int>(
        "upstream.health.interval.ms", default: 500, unit: "ms", summary: "Time between two checks of an instance.",
        isAllowed: { (10...60_000).contains($0) })
    private static let healthTimeout = Setting<Int>(
        "upstream.health.timeout.ms", default: 400, unit: "ms",
        summary: "How long an instance may take to answer a check; two in a row without an answer take it out.",
        isAllowed: { (10...60_000).contains($0) })
    private static let resolveInterval = Setting<Int>(
        "upstream.resolve.interval.ms", default: 5_000, unit: "ms",
        summary: "How often names among the upstreams are looked up; every address found is an instance.",
        isAllowed: { (100...3_600_000).contains($0) })

    private static let concurrency = Setting<Int>(
        "upstream.concurrency", default: 256,
        summary: "Requests of one gateway at one service at a time, shared evenly by its event loops; others wait.",
        isAllowed: { (1...65_536).contains($0) })
    private static let queue = Setting<Int>(
        "upstream.queue", default: 256,
        summary: "Requests of one gateway that may wait for one service, further ones get 503 at once.",
        isAllowed: { (0...65_536).contains($0) })
    private static let queueWait = Setting<Int>(
        "upstream.queue.wait.ms", default: 250, unit: "ms",
        summary: "How long a request may wait; one that would have to wait for longer gets 503 at once.",
        isAllowed: { (1...5_000).contains($0) })
    private static let retryPercent = Setting<Int>(
        "upstream.retry.percent", default: 20,
        summary: "Requests sent again for each hundred that come, over ten seconds.",
        isAllowed: { (0...100).contains($0) })
    private static let retryReserve = Setting<Int>(
        "upstream.retry.reserve", default: 10, summary: "Requests a second that may be sent again in any case.",
        isAllowed: { (0...10_000).contains($0) })
    private static let ejectAfter = Setting<Int>(
        "upstream.eject.after", default: 5,
        summary: "Requests failing in a row on an instance that eject it, for 1 s at first and at most 30 s.",
        isAllowed: { (1...10_000).contains($0) })
    private static let ejectedPercent = Setting<Int>(
        "upstream.eject.max.percent", default: 50,
        summary: "The most instances of a service that may be ejected at a time, however they fail.",
        isAllowed: { (0...100).contains($0) })

    package let options: UpstreamOptions
    package let healthCheckInterval: Duration
    package let healthCheckTimeout: Duration
    package let nameLookupInterval: Duration

    /// - Throws: `SettingsError` naming the key that is wrong.
    package init(reader: SettingsReader) throws {
        options = try Self.options(reader)
        healthCheckInterval = .milliseconds(try reader.value(Self.healthInterval))
        healthCheckTimeout = .milliseconds(try reader.value(Self.healthTimeout))
        nameLookupInterval = .milliseconds(try reader.value(Self.resolveInterval))
    }

    private static func options(_ reader: SettingsReader) throws -> UpstreamOptions {
        var options = UpstreamOptions()
        options.pool.connections = try reader.value(connections)
        options.pool.idle = try reader.value(idleConnections)
        options.pool.idleTimeout = .milliseconds(try reader.value(keepAlive))
        options.admission.concurrency = try reader.value(concurrency)
        options.admission.waiting = try reader.value(queue)
        options.admission.wait = .milliseconds(try reader.value(queueWait))
        options.retries.share = Double(try reader.value(retryPercent)) / 100
        options.retries.reserve = Double(try reader.value(retryReserve))
        options.ejection.failures = try reader.value(ejectAfter)
        options.ejectedShare = Double(try reader.value(ejectedPercent)) / 100
        return options
    }
}
