import Auth
import Authentication
import Foundation
import Gateway
import HTTPService
import Logging
import NIOHTTP1
import NIOPosix
import Settings
import Strategies

/// What the gateway's shipped file and the services' routers serve.
enum ServedEndpoints {
    /// The gateway's routes, each with its name and the service behind it, `gateway` where it answers itself.
    static func ofGateway() throws -> [(endpoint: Endpoint, route: String, service: String)] {
        let variables = ConfigurationVariables(["AUTH_UPSTREAMS": "a:1", "STRATEGIES_UPSTREAMS": "b:1"])
        let file = ConfigurationFile(path: Repository.path("deploy/gateway/gateway.yaml"), variables: variables)
        return try file.read().routes.flatMap { route in
            let service =
                switch route.destination {
                case .upstream(let name): name.rawValue
                case .health, .stream: "gateway"
                }
            return route.methods.filter { $0 != .HEAD }.map {
                (Endpoint($0.rawValue, route.path), route.name, service)
            }
        }
    }

    /// What the routers of the services answer on their public ports, but for the health that only the gateway asks.
    static func ofServices() async throws -> [(service: String, endpoints: Set<Endpoint>)] {
        let keys = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: keys, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: keys) }
        try SigningKey.generate().pem.write(
            to: keys.appending(path: "1.pem"), atomically: true, encoding: String.Encoding.utf8)
        // Nothing is connected to: the services are composed, and not run.
        let reader = try await SettingsReader(environment: [
            "LISTEN_PORT": "0", "ADMIN_PORT": "0", "SIGNING_KEYS_DIRECTORY": keys.path,
            "POSTGRES_URLS": "postgresql://nobody@127.0.0.1:1/none", "JWKS_URLS": "http://127.0.0.1:1/",
            "CONSISTENCY_KEY": String(repeating: "k", count: 32), "MFA_KEY": String(repeating: "m", count: 32),
        ])
        let logger = Logger(label: "test")
        let group = MultiThreadedEventLoopGroup.singleton
        let applications = [
            (
                "auth",
                try AuthApplication.make(settings: AuthSettings(reader: reader), eventLoopGroup: group, logger: logger)
            ),
            (
                "strategies",
                try StrategiesApplication.make(
                    settings: StrategiesSettings(reader: reader), eventLoopGroup: group, logger: logger)
            ),
        ]
        return applications.map { name, application in
            (
                name,
                Set(application.routes.map { Endpoint($0.method, $0.path) }).subtracting([Endpoint("GET", "/health")])
            )
        }
    }
}
