import FoundationEssentials

/// The configuration that each gateway of a cluster serves, by their private ports.
package struct GatewayConfigurations: Sendable {
    /// What a gateway said when it was told to read its file again.
    package struct Reload: Sendable, Encodable {
        package let gateway: String
        /// The version and the hash of what it serves now; `nil` when it has kept what it had, or did not answer.
        package let version: Int?
        package let hash: String?
        /// Why it has not taken the file.
        package let problems: [String]
    }

    private struct Adopted: Decodable {
        let version: Int
        let hash: String
    }

    private struct Refused: Decodable {
        struct Problem: Decodable {
            let file: String
            let line: Int?
            let key: String
            let message: String

            var text: String {
                file + (line.map { ":\($0)" } ?? "") + ": " + (key.isEmpty ? "" : "\(key): ") + message
            }
        }

        let detail: [Problem]
    }

    private let gateways: [(name: String, port: Int)]

    package init(_ cluster: RunningCluster) {
        gateways = cluster.reply.processes.compactMap { process in
            guard Instance(process.name)?.service == .gateway, let port = process.adminPort else { return nil }
            return (process.name, port)
        }
    }

    /// The routes, policies and upstreams as JSON, of the first gateway that answers.
    package func report() async -> String? {
        for gateway in gateways {
            guard let answer = await LoopbackHTTP.send("GET", port: gateway.port, path: "/config"),
                answer.status == 200
            else { continue }
            return answer.body
        }
        return nil
    }

    /// Tells every gateway to read its file again, one after the other.
    package func reload() async -> [Reload] {
        var reloads: [Reload] = []
        for gateway in gateways { reloads.append(await reload(gateway.name, gateway.port)) }
        return reloads
    }

    private func reload(_ name: String, _ port: Int) async -> Reload {
        guard let answer = await LoopbackHTTP.send("POST", port: port, path: "/config/reload") else {
            return Reload(gateway: name, version: nil, hash: nil, problems: ["does not answer"])
        }
        let body = Data(answer.body.utf8)
        if answer.status == 200, let adopted = try? JSONDecoder().decode(Adopted.self, from: body) {
            return Reload(gateway: name, version: adopted.version, hash: adopted.hash, problems: [])
        }
        let refused = try? JSONDecoder().decode(Refused.self, from: body)
        return Reload(
            gateway: name, version: nil, hash: nil,
            problems: refused?.detail.map(\.text) ?? ["answered with status \(answer.status)"])
    }
}
