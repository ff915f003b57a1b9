import Documents
import Gateway
import Settings
import Testing

@Suite("Gateway settings")
struct GatewaySettingsTests {
    private let required = [
        "LISTEN_PORT": "8080", "ADMIN_PORT": "8081", "JWKS_URLS": "http://127.0.0.1:1/jwks",
        "AUTH_UPSTREAMS": "127.0.0.1:1", "STRATEGIES_UPSTREAMS": "127.0.0.1:2, strategies:3",
        "GATEWAY_CONFIG": GatewayConfiguration.shippedPath,
    ]

    private func settings(_ more: [String: String] = [:]) async throws -> GatewaySettings {
        let environment = required.merging(more) { $1 }.filter { !$0.value.isEmpty }
        return try GatewaySettings(reader: try await SettingsReader(environment: environment))
    }

    @Test("the defaults are those of the contract")
    func defaults() async throws {
        let settings = try await settings()
        #expect(settings.limits == RequestLimits())
        #expect(settings.timeouts == GatewayTimeouts())
        let configuration = try settings.configurationFile.read()
        #expect(configuration.upstreams.first { $0.name == .strategies }?.endpoints.count == 2)
        #expect(settings.origins.isEmpty)
        #expect(settings.upstream.options == UpstreamOptions())
    }

    @Test(
        "a value that cannot be is refused with the name of its key",
        arguments: [
            ("GATEWAY_CONFIG", ""), ("CORS_ORIGINS", "*"), ("CORS_ORIGINS", "https://desk.example/"),
            ("CORS_ORIGINS", "null"), ("EVENT_LOOPS", "-1"), ("MAX_BODY_BYTES", "-1"), ("MAX_CONNECTIONS", "0"),
            ("UPSTREAM_CONNECT_TIMEOUT_MS", "0"), ("REDIS_DEADLINE_MS", "soon"), ("JWKS_URLS", ""),
            ("UPSTREAM_KEEPALIVE_MS", "90000"), ("UPSTREAM_CONCURRENCY", "0"), ("UPSTREAM_QUEUE_WAIT_MS", "5001"),
            ("UPSTREAM_RETRY_PERCENT", "101"), ("UPSTREAM_EJECT_AFTER", "0"), ("REQUEST_TIMEOUT_MS", "0"),
        ])
    func refused(key: String, value: String) async throws {
        let error = await #expect(throws: SettingsError.self) { try await settings([key: value]) }
        #expect(error?.description.contains(key) == true)
    }

    @Test(
        "a setting that the configuration file names is refused with it",
        arguments: [
            ("AUTH_UPSTREAMS", "nowhere"), ("AUTH_UPSTREAMS", ""), ("RATE_LIMIT_USER", "lots"),
            ("RATE_LIMIT_ADDRESS", "0/s"),
        ])
    func refusedWithFile(key: String, value: String) async throws {
        let settings = try await settings([key: value])
        let error = #expect(throws: DocumentError.self) { try settings.configurationFile.read() }
        #expect(error?.problems.allSatisfy { $0.message.contains(key) && $0.line != nil } == true)
    }

    @Test("every setting has a name of its own and a summary")
    func catalogue() {
        let names = GatewaySettings.catalogue.map(\.environmentName)
        #expect(Set(names).count == names.count)
        #expect(GatewaySettings.catalogue.allSatisfy { !$0.summary.isEmpty })
    }
}
