package import Logging
package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What a process that records spans consists of.
package struct TraceExport: Sendable {
    package let queue: SpanQueue
    package let tracer: SpanTracer
    package let exporter: SpanExporter

    /// - Parameters:
    ///   - service: the process's own name, such as `auth`.
    ///   - version: of the process.
    /// - Returns: `nil` where no collector is named: nothing is recorded then.
    package init?(
        _ settings: TraceSettings, service: String, version: String, eventLoopGroup: any EventLoopGroup, logger: Logger
    ) {
        guard settings.isOn else { return nil }
        let own = [
            RecordedSpan.Attribute("service.name", settings.service.isEmpty ? service : settings.service),
            .init("service.namespace", "cryptodesk"), .init("service.version", version),
            .init("service.instance.id", Self.instance), .init("telemetry.sdk.language", "swift"),
        ]
        let given = settings.attributes.map { RecordedSpan.Attribute($0.name, $0.value) }
        let queue = SpanQueue(capacity: settings.queue)
        self.queue = queue
        tracer = SpanTracer(queue)
        exporter = SpanExporter(
            queue: queue, settings: settings,
            resource: own.filter { attribute in !given.contains { $0.name == attribute.name } } + given,
            eventLoopGroup: eventLoopGroup, logger: logger)
    }

    /// The host's name and the process's id there.
    private static var instance: String {
        var name = [CChar](repeating: 0, count: 256)
        let isNamed = gethostname(&name, name.count - 1) == 0
        let host = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return "\(isNamed ? String(decoding: host, as: UTF8.self) : "localhost"):\(getpid())"
    }
}
