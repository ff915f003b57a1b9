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

    package init(
        name: String, pid: Int?, port: Int?, adminPort: Int?, ready: Bool, residentMegabytes: Double, cpu: Double
    ) {
        self.name = name
        self.pid = pid
        self.port = port
        self.adminPort = adminPort
        self.ready = ready
        self.residentMegabytes = residentMegabytes
        self.cpu = cpu
    }

    private enum CodingKeys: String, CodingKey {
        case name, pid, port, ready, cpu
        case adminPort = "admin_port"
        case residentMegabytes = "rss_mb"
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
    }
}
