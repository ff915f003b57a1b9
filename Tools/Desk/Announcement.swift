import LocalCluster

/// What is said when a cluster is ready: where it is, and what to try next.
struct Announcement {
    private let topology: ClusterTopology
    private let demo: Bool
    private let took: Duration

    init(_ topology: ClusterTopology, demo: Bool, took: Duration) {
        self.topology = topology
        self.demo = demo
        self.took = took
    }

    func say() {
        let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
        let text = topology.options.hasNginx ? clusterText : dataText
        Progress.standardOutput.write("\nReady after \((seconds * 10).rounded() / 10) s.\n\n\(text)\n")
    }

    private var clusterText: String {
        let url = topology.url
        let account =
            demo ? "  demo account   \(DemoData.email) / \(DemoData.password) (an admin; only in demo data)\n" : ""
        let login = "curl -d 'username=\(DemoData.email)&password=\(DemoData.password)' \(url)/api/v1/auth/login"
        return """
            CryptoDesk is up: \(url)

            \(account)  health         curl \(url)/health
            \(demo ? "  sign in        \(login)\n" : "")  what runs      ./desk status
              logs           ./desk logs gateway-1 -f
              stop           Ctrl-C, or ./desk down
            """
    }

    private var dataText: String {
        """
        CryptoDesk's data servers are up: PostgreSQL on \
        \(topology.postgresServers.map { "127.0.0.1:\(topology.ports.postgres($0))" }.joined(separator: " and ")), \
        Redis on 127.0.0.1:\(topology.ports.redis) and 127.0.0.1:\(topology.ports.redisCache)
        """
    }
}
