import FoundationEssentials
package import JSON

/// The stages of routes that move, by the gateways' private ports.
package struct GatewayMigrations: Sendable {
    /// What one gateway follows.
    package struct View: Sendable {
        package let gateway: String
        /// As `GET /migrations` tells it; `nil` when the gateway did not answer.
        package let report: JSONObject?

        package func route(_ name: String) -> JSONObject? {
            report?["routes"]?.array?.lazy.compactMap(\.object).first { $0["route"]?.string == name }
        }
    }

    private let gateways: [(name: String, port: Int)]

    package init(_ cluster: RunningCluster) {
        gateways = cluster.reply.processes.compactMap { process in
            guard Instance(process.name)?.service == .gateway, let port = process.adminPort else { return nil }
            return (process.name, port)
        }
    }

    /// What every gateway follows.
    package func views() async -> [View] {
        var views: [View] = []
        for gateway in gateways {
            let answer = await LoopbackHTTP.send("GET", port: gateway.port, path: "/migrations")
            views.append(View(gateway: gateway.name, report: answer.flatMap { try? Self.object($0) }))
        }
        return views
    }

    /// What the first gateway that answers tells.
    ///
    /// - Parameter path: below `/migrations`, such as `/tasks/changes`.
    /// - Throws: `ClusterError` with its refusal, or when none answers.
    package func get(_ path: String) async throws -> JSONObject { try await ask("GET", path, body: nil) }

    /// Lets the first gateway that answers make a change.
    package func post(_ path: String, _ order: JSONObject) async throws -> JSONObject {
        try await ask("POST", path, body: JSONValue.object(order).serialized())
    }

    private func ask(_ method: String, _ path: String, body: String?) async throws -> JSONObject {
        for gateway in gateways {
            let answer = await LoopbackHTTP.send(
                method, port: gateway.port, path: "/migrations\(path)", content: body.map { ("application/json", $0) })
            if let answer { return try Self.object(answer) }
        }
        throw ClusterError("No gateway of this cluster answers: see ./desk status.")
    }

    private static func object(_ answer: LoopbackHTTP.Answer) throws -> JSONObject {
        let json = (try? JSONValue(parsing: answer.body.utf8))?.object
        guard answer.status == 200, let json else {
            let reason = json?["detail"]?.string ?? "The gateway answered with status \(answer.status)"
            throw ClusterError("\(reason).")
        }
        return json
    }
}
