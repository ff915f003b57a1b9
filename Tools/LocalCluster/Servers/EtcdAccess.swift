import JSON

/// Lets nobody use etcd but those who know its password: who leads is written there.
struct EtcdAccess: Sendable {
    let topology: ClusterTopology

    private var port: Int { topology.ports.etcd(1) }
    private var password: String { topology.secrets.patroni }

    /// Sets up the one user there is, unless that was done before.
    ///
    /// - Throws: ``ClusterError`` when etcd still lets anybody in.
    func secure() async throws {
        guard await !isSecure else { return }
        let user = PatroniFiles.user
        // What is there already from a start that was cut off is refused, and that is well.
        for (path, body) in [
            ("user/add", JSONObject(["name": .string(user), "password": .string(password)])),
            ("role/add", JSONObject(["name": .string(user)])),
            ("user/grant", JSONObject(["user": .string(user), "role": .string(user)])),
            ("enable", JSONObject()),
        ] { _ = await send(path, body) }
        guard await isSecure else {
            throw ClusterError("etcd could not be given a password: see \(topology.layout.log("etcd-1")).")
        }
    }

    /// It gives a token for the password, which it does only once it asks for passwords.
    private var isSecure: Bool {
        get async {
            let body = JSONObject(["name": .string(PatroniFiles.user), "password": .string(password)])
            return await send("authenticate", body)?.status == 200
        }
    }

    private func send(_ path: String, _ body: JSONObject) async -> LoopbackHTTP.Answer? {
        await LoopbackHTTP.send(
            "POST", port: port, path: "/v3/auth/\(path)",
            content: ("application/json", JSONValue.object(body).serialized()))
    }
}
