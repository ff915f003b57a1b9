import Settings
import Testing
import Traces

@Suite("The settings of traces")
struct TraceSettingsTests {
    private static func settings(_ environment: [String: String]) async throws -> TraceSettings {
        try TraceSettings(reader: try await SettingsReader(environment: environment))
    }

    @Test("without a collector there is no tracing")
    func off() async throws { #expect(try await !Self.settings([:]).isOn) }

    @Test("OpenTelemetry's variables mean what they mean elsewhere")
    func on() async throws {
        let settings = try await Self.settings([
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/", "OTEL_EXPORTER_OTLP_HEADERS": "a=1,b=x=y",
            "OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
        ])
        #expect(settings.isOn && settings.tracesURL == "http://collector:4318/v1/traces")
        #expect(settings.headers.map(\.name) == ["a", "b"] && settings.headers.map(\.value) == ["1", "x=y"])
        #expect(settings.delay == .milliseconds(100) && settings.batch == 512 && settings.queue == 2048)
        #expect(settings.attributes.map(\.name) == ["deployment.environment.name"])
    }

    @Test(
        "what is wrong stops the start with its name",
        arguments: [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"), ("OTEL_EXPORTER_OTLP_HEADERS", "token"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "0"), ("OTEL_RESOURCE_ATTRIBUTES", "=x"),
        ])
    func wrong(name: String, value: String) async {
        let error = await #expect(throws: SettingsError.self) { try await Self.settings([name: value]) }
        #expect(error?.description.contains(name) == true)
    }
}
