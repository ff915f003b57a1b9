package import Settings

/// How spans are recorded and where they go, under OpenTelemetry's names of settings.
package struct TraceSettings: Sendable {
    /// Where the collector is.
    package static let endpointSetting = Setting<String>(
        "otel.exporter.otlp.endpoint", default: "",
        summary: "Collector of traces, such as http://127.0.0.1:4318 (OTLP over HTTP); empty for no tracing.",
        isAllowed: { $0.isEmpty || $0.hasPrefix("http://") || $0.hasPrefix("https://") })
    /// What it wants to be told with each request.
    package static let headersSetting = Setting<[String]>(
        "otel.exporter.otlp.headers", default: [], isSecret: true,
        summary: "Fields of each request to the collector as name=value, separated by commas.",
        isAllowed: { $0.allSatisfy { pair($0) != nil } })
    /// How long it may take, in milliseconds.
    package static let timeoutSetting = Setting<Int>(
        "otel.exporter.otlp.timeout", default: 10_000, unit: "ms",
        summary: "How long the collector may take to answer.",
        isAllowed: { (1...60_000).contains($0) })
    /// Spans that wait.
    package static let queueSetting = Setting<Int>(
        "otel.bsp.max.queue.size", default: 2_048,
        summary: "Spans that may wait for the collector; further ones are dropped and counted.",
        isAllowed: { (1...1_000_000).contains($0) })
    /// Spans of one request.
    package static let batchSetting = Setting<Int>(
        "otel.bsp.max.export.batch.size", default: 512, summary: "Spans that go to the collector together.",
        isAllowed: { (1...10_000).contains($0) })
    /// The longest that a span waits, in milliseconds.
    package static let delaySetting = Setting<Int>(
        "otel.bsp.schedule.delay", default: 5_000, unit: "ms",
        summary: "How long a span waits at most for others to go with it.", isAllowed: { (10...60_000).contains($0) })
    /// The name in the traces.
    package static let serviceSetting = Setting<String>(
        "otel.service.name", default: "", summary: "Name of the process in traces, instead of its own.")
    /// What else the traces say of this process.
    package static let attributesSetting = Setting<[String]>(
        "otel.resource.attributes", default: [],
        summary: "What traces say of the process besides, as name=value, separated by commas.",
        isAllowed: { $0.allSatisfy { pair($0) != nil } })
    /// Read by the gateway, which decides for all.
    package static let sampleRatio = Setting<Double>(
        "trace.sample.ratio", default: 0.01,
        summary: "Share of the requests that are traced, from 0 to 1, where OTEL_EXPORTER_OTLP_ENDPOINT is set.",
        isAllowed: { (0...1).contains($0) })

    package static let catalogue: [any AnySetting] = [
        endpointSetting, headersSetting, timeoutSetting, queueSetting, batchSetting, delaySetting, serviceSetting,
        attributesSetting,
    ]

    /// Empty where nothing is recorded.
    package var endpoint = ""
    package var headers: [(name: String, value: String)] = []
    package var timeout = Duration.seconds(10)
    package var queue = 2_048
    package var batch = 512
    package var delay = Duration.seconds(5)
    package var service = ""
    package var attributes: [(name: String, value: String)] = []

    /// No tracing.
    package init() {}

    /// - Throws: `SettingsError` naming the key that is wrong.
    package init(reader: SettingsReader) throws {
        endpoint = try reader.value(Self.endpointSetting)
        headers = try reader.value(Self.headersSetting).compactMap(Self.pair)
        timeout = .milliseconds(try reader.value(Self.timeoutSetting))
        queue = try reader.value(Self.queueSetting)
        batch = try reader.value(Self.batchSetting)
        delay = .milliseconds(try reader.value(Self.delaySetting))
        service = try reader.value(Self.serviceSetting)
        attributes = try reader.value(Self.attributesSetting).compactMap(Self.pair)
    }

    package var isOn: Bool { !endpoint.isEmpty }

    /// The endpoint is where OTLP begins; traces have a path of their own below it.
    package var tracesURL: String { (endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint) + "/v1/traces" }

    private static func pair(_ text: String) -> (name: String, value: String)? {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        return (String(parts[0]), String(parts[1]))
    }
}
