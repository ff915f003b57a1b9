import Foundation

/// `deploy/compose`, read as text: as much of it as the tests compare with the local cluster.
struct ComposeFile {
    /// The lines of each service, by its name, without comments.
    private let services: [String: [Substring]]
    /// The lines of each template (`x-NAME: &NAME`), by its name.
    private let templates: [String: [Substring]]
    /// The lines of the script that makes the secrets.
    private let secretsScript: [Substring]

    init() throws {
        var services: [String: [Substring]] = [:]
        var templates: [String: [Substring]] = [:]
        var isInServices = false
        var name = ""
        var template = ""
        for line in try Self.text("deploy/compose/compose.yaml").split(separator: "\n") {
            let content = line.trimmingPrefix { $0 == " " }
            let indentation = line.count - content.count
            if content.hasPrefix("#") { continue }
            if indentation == 0 {
                isInServices = content == "services:"
                template = content.drop { $0 != "&" }.dropFirst().description
            } else if !isInServices {
                templates[template, default: []].append(line)
            } else if indentation == 2 {
                name = String(content.dropLast())
                services[name] = []
            } else {
                services[name]?.append(line)
            }
        }
        self.services = services
        self.templates = templates
        secretsScript = try Self.text("deploy/compose/make-secrets.sh").split(separator: "\n")
    }

    var names: Set<String> { Set(services.keys) }

    func publishesPorts(_ service: String) -> Bool { value("ports", of: service) != nil }

    /// Whether a service runs only where the profile is asked for.
    func isOnly(in profile: String, _ service: String) -> Bool {
        value("profiles", of: service)?.contains("[\(profile)]") == true
    }

    /// Whether a service has limits of its own, or those of what it is built on.
    func isBounded(_ service: String) -> Bool {
        if let deploy = value("deploy", of: service) { return deploy.contains("-resources") }
        guard let base = services[service]?.first(where: { $0.hasPrefix("    <<: *") }) else { return false }
        return templates[base.drop { $0 != "*" }.dropFirst().description]?.contains { $0.contains("-resources") }
            == true
    }

    func replicas(of service: String) -> Int {
        guard let deploy = value("deploy", of: service), let count = deploy.firstMatch(of: /replicas: (\d+)/) else {
            return 1
        }
        return Int(count.1) ?? 0
    }

    /// The names of the settings in the environment of a service.
    func settings(of service: String) -> Set<String> {
        Set(block("environment", of: service).compactMap { $0.split(separator: ":").first.map(String.init) })
    }

    /// The names of the settings in the secret file of a service.
    func secretSettings(of service: String) -> Set<String> {
        let line = secretsScript.first { $0.hasSuffix("give_own \(service)/settings.json") } ?? ""
        return Set(
            [
                "redis": "REDIS_PASSWORD", "postgres": "POSTGRES_PASSWORD", "consistency": "CONSISTENCY_KEY",
                "mfa": "MFA_KEY",
            ]
            .filter { line.contains("\($0.key)_settings") }.values)
    }

    /// The options of a command, as a configuration file writes them: `--save ""` is `save ""`.
    func options(of service: String) -> Set<String> {
        let words = block("command", of: service).map { $0.dropFirst(2) }
        return Set(
            zip(words, words.dropFirst()).filter { $0.0.hasPrefix("--") }.map { option, value in
                "\(option.dropFirst(2)) \(value == "\"\"" ? "\"\"" : value.filter { $0 != "\"" })"
            })
    }

    /// A file of the repository.
    static func text(_ path: String) throws -> String { try String(contentsOf: url(path), encoding: .utf8) }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: url(path).path) }

    private static func url(_ path: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").appending(path: path)
    }

    private func value(_ key: String, of service: String) -> Substring? {
        services[service]?.first { $0.hasPrefix("    \(key):") }
    }

    private func block(_ key: String, of service: String) -> [Substring] {
        (services[service] ?? []).drop { $0 != "    \(key):" }.dropFirst().prefix { $0.hasPrefix("      ") }
            .map { $0.trimmingPrefix { $0 == " " } }
    }
}
