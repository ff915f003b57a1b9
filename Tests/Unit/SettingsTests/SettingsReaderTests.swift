import FoundationEssentials
import Settings
import Testing

@Suite("Reading settings")
struct SettingsReaderTests {
    private static let port = Setting<Int>(
        "listen.port", default: 8080, summary: "The port.", isAllowed: { (1...65535).contains($0) })
    private static let password = Setting<String>("redis.password", isSecret: true, summary: "The password.") {
        $0.count >= 8
    }
    private static let origins = Setting<[String]>("cors.origins", default: [], summary: "Origins.")

    /// A settings file for the time of one test.
    private static func withFile<R>(_ text: String, _ body: (String) async throws -> R) async throws -> R {
        let url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(url.path)
    }

    @Test("the environment wins over the file, the file over the default")
    func precedence() async throws {
        try await Self.withFile(#"{"listen":{"port":9000}}"#) { path in
            let ports = [
                try await SettingsReader(environment: [:]).value(Self.port),
                try await SettingsReader(environment: ["CONFIG_FILE": path]).value(Self.port),
                try await SettingsReader(environment: ["CONFIG_FILE": path, "LISTEN_PORT": "9001"]).value(Self.port),
            ]
            #expect(ports == [8080, 9000, 9001])
        }
    }

    @Test("a list is read from commas and from a JSON array alike")
    func lists() async throws {
        let environment = try await SettingsReader(environment: ["CORS_ORIGINS": "https://a.example, https://b.example"]
        )
        #expect(try environment.value(Self.origins) == ["https://a.example", "https://b.example"])
        try await Self.withFile(#"{"cors":{"origins":["https://a.example"]}}"#) { path in
            let origins = try await SettingsReader(environment: ["CONFIG_FILE": path]).value(Self.origins)
            #expect(origins == ["https://a.example"])
        }
    }

    @Test("a wrong value is refused in one sentence that names the key", arguments: ["eighty", "0", "70000", "8080.5"])
    func wrongValue(text: String) async throws {
        let reader = try await SettingsReader(environment: ["LISTEN_PORT": text])
        let error = #expect(throws: SettingsError.self) { try reader.value(Self.port) }
        #expect(error?.description.hasPrefix("Setting LISTEN_PORT ") == true)
        #expect(error?.description.hasSuffix("..") == false)
    }

    @Test("a missing setting without a default is refused, and an empty variable is a missing one")
    func missing() async throws {
        let reader = try await SettingsReader(environment: ["REDIS_PASSWORD": ""])
        let error = #expect(throws: SettingsError.self) { try reader.value(Self.password) }
        #expect(error?.description == "Setting REDIS_PASSWORD is missing.")
    }

    @Test("a secret that is refused is not repeated")
    func secrets() async throws {
        let reader = try await SettingsReader(environment: ["REDIS_PASSWORD": "hunter2"])
        let error = #expect(throws: SettingsError.self) { try reader.value(Self.password) }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test("a file that is no JSON stops the start by name")
    func brokenFile() async throws {
        try await Self.withFile("{") { path in
            let error = await #expect(throws: SettingsError.self) {
                try await SettingsReader(environment: ["CONFIG_FILE": path])
            }
            #expect(error?.description.contains(path) == true)
        }
    }

    @Test("a setting describes itself for the README's table")
    func description() {
        #expect(Self.port.environmentName == "LISTEN_PORT")
        #expect(Self.port.typeDescription == "integer" && Self.port.defaultDescription == "8080")
        #expect(Self.password.typeDescription == "secret" && Self.password.defaultDescription == "required")
        #expect(Self.origins.defaultDescription == "none")
    }
}
