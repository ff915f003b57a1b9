import FoundationEssentials
import JSON

/// Patroni's REST interface, at whichever of a cluster's servers answers.
struct PatroniClient: Sendable {
    let topology: ClusterTopology

    /// How the cluster is; `nil` when nobody answers.
    func view() async -> PatroniView? {
        for server in topology.postgresServers {
            let answer = await LoopbackHTTP.send("GET", port: topology.ports.patroni(server), path: "/cluster")
            guard let answer, answer.status == 200, let value = try? JSONValue(parsing: answer.body.utf8),
                let view = PatroniView(value)
            else { continue }
            return view
        }
        return nil
    }

    /// Lets another server lead, in order: nothing that was confirmed is lost.
    ///
    /// - Parameter candidate: any that may, without one.
    /// - Throws: ``ClusterError`` when Patroni refuses.
    func switchOver(from leader: PostgresServer, to candidate: PostgresServer?) async throws {
        var order = JSONObject(["leader": .string(leader.name)])
        if let candidate { order["candidate"] = .string(candidate.name) }
        let answer = await LoopbackHTTP.send(
            "POST", port: topology.ports.patroni(leader), path: "/switchover",
            content: ("application/json", JSONValue.object(order).serialized()),
            authorization: "Basic "
                + Data("\(PatroniFiles.user):\(topology.secrets.patroni)".utf8).base64EncodedString(),
            within: .seconds(30))
        guard let status = answer?.status, (200..<300).contains(status) else {
            throw ClusterError(
                "Patroni did not let \(candidate?.name ?? "another server") lead"
                    + (answer.map { " (status \($0.status))" } ?? "") + ": see \(topology.layout.log(leader.name)).")
        }
    }
}
