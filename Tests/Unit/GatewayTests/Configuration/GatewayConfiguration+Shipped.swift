import Foundation
import Gateway

extension GatewayConfiguration {
    /// Settings for what `deploy/gateway/gateway.yaml` names and has no default.
    static let upstreamSettings = ["AUTH_UPSTREAMS": "127.0.0.1:1", "STRATEGIES_UPSTREAMS": "127.0.0.1:2,strategies:3"]

    /// The file that a deployment starts from.
    static var shippedPath: String {
        // From this file up to the repository.
        var folder = URL(filePath: #filePath)
        for _ in 0..<5 { folder.deleteLastPathComponent() }
        return folder.appending(path: "deploy/gateway/gateway.yaml").path
    }

    static func shipped(_ settings: [String: String] = [:]) throws -> GatewayConfiguration {
        let all = upstreamSettings.merging(settings) { $1 }
        return try ConfigurationFile(path: shippedPath, variables: ConfigurationVariables(all)).read()
    }
}
