/// How one process is at the moment; its JSON is what `desk status --json` prints.
package struct ProcessStatus: Codable, Hashable, Sendable {
    package let name: String
    /// `nil` between a process's end and its next start.
    package let pid: Int?
    package let port: Int?
    package let adminPort: Int?
    package let ready: Bool
    package let residentMegabytes: Double
    /// Percent of one core.
    package let cpu: Double
    /// Of a PostgreSQL server.
    package var replication: ReplicationStatus?

    package init(
        name: String, pid: Int?, port: Int?, adminPort: Int?, ready: Bool, residentMegabytes: Double, cpu: Double,
        replication: ReplicationStatus? = nil
    ) {
        self.name = name
        self.pid = pid
        self.port = port
        self.adminPort = adminPort
        self.ready = ready
        self.residentMegabytes = residentMegabytes
        self.cpu = cpu
        self.replication = replication
    }

    private enum CodingKeys: String, CodingKey {
        case name, pid, port, ready, cpu, role, epoch
        case isSynchronous = "sync"
        case lagMilliseconds = "lag_ms"
        case lagBytes = "lag_bytes"
        case adminPort = "admin_port"
        case residentMegabytes = "rss_mb"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        pid = try container.decodeIfPresent(Int.self, forKey: .pid)
        port = try container.decodeIfPresent(Int.self, forKey: .port)
        adminPort = try container.decodeIfPresent(Int.self, forKey: .adminPort)
        ready = try container.decode(Bool.self, forKey: .ready)
        residentMegabytes = try container.decode(Double.self, forKey: .residentMegabytes)
        cpu = try container.decode(Double.self, forKey: .cpu)
        replication = try container.decodeIfPresent(ReplicationStatus.Role.self, forKey: .role).map { role in
            ReplicationStatus(
                role: role, epoch: try container.decodeIfPresent(Int.self, forKey: .epoch),
                lagMilliseconds: try container.decodeIfPresent(Double.self, forKey: .lagMilliseconds),
                lagBytes: try container.decodeIfPresent(Int.self, forKey: .lagBytes),
                isSynchronous: try container.decodeIfPresent(Bool.self, forKey: .isSynchronous))
        }
    }

    /// Members without a value are written as null: the form does not change with the state.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(pid, forKey: .pid)
        try container.encode(port, forKey: .port)
        try container.encode(adminPort, forKey: .adminPort)
        try container.encode(ready, forKey: .ready)
        try container.encode(residentMegabytes, forKey: .residentMegabytes)
        try container.encode(cpu, forKey: .cpu)
        try container.encode(replication?.role, forKey: .role)
        try container.encode(replication?.epoch, forKey: .epoch)
        try container.encode(replication?.lagMilliseconds, forKey: .lagMilliseconds)
        try container.encode(replication?.lagBytes, forKey: .lagBytes)
        try container.encode(replication?.isSynchronous, forKey: .isSynchronous)
    }
}
