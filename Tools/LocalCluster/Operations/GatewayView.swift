import FoundationEssentials

/// One instance of a service, by its place in the gateways' lists.
struct Instance: Hashable, Sendable {
    let service: ServiceKind
    /// Counts from 1.
    let number: Int

    /// From a process's name, such as `auth-2`.
    init?(_ process: String) {
        let parts = process.split(separator: "-")
        guard parts.count == 2, let service = ServiceKind(rawValue: String(parts[0])), let number = Int(parts[1]) else {
            return nil
        }
        self.service = service
        self.number = number
    }
}

/// Which instances a gateway sends requests to, as its `/health` says.
struct GatewayView: Decodable {
    private struct Service: Decodable {
        struct Instance: Decodable { let status: String }
        let instances: [Instance]
    }

    private let services: [String: Service]

    /// `nil` when the gateway does not answer.
    init?(port: Int) async {
        guard let answer = await LoopbackHTTP.send("GET", port: port, path: "/health") else { return nil }
        self.init(health: answer.body)
    }

    /// - Parameter health: the body of `/health`.
    init?(health: String) {
        guard let view = try? JSONDecoder().decode(GatewayView.self, from: Data(health.utf8)) else { return nil }
        self = view
    }

    /// `nil` when the gateway does not know the instance.
    func isUsed(_ instance: Instance) -> Bool? {
        guard let instances = services[instance.service.rawValue]?.instances,
            instances.indices.contains(instance.number - 1)
        else { return nil }
        return instances[instance.number - 1].status == "ok"
    }
}
