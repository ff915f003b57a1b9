/// The servers' programs as they were found on this machine, by absolute path.
package struct ServerPrograms: Hashable, Sendable {
    /// The folder with `postgres`, `initdb` and `psql` of one version.
    package let postgresFolder: String
    package let redisServer: String
    package let redisClient: String
    /// `nil` where a cluster without nginx is all that can run.
    package let nginx: String?
    /// Those of a highly available cluster; `nil` where they are not installed.
    package let patroni: String?
    package let etcd: String?
    /// The folder with this project's own programs.
    package let servicesFolder: String
    /// `nil` where no monolith is to run.
    package let monolith: MonolithProgram?

    package init(
        postgresFolder: String, redisServer: String, redisClient: String, nginx: String?, patroni: String?,
        etcd: String?,
        servicesFolder: String, monolith: MonolithProgram? = nil
    ) {
        self.postgresFolder = postgresFolder
        self.redisServer = redisServer
        self.redisClient = redisClient
        self.nginx = nginx
        self.patroni = patroni
        self.etcd = etcd
        self.servicesFolder = servicesFolder
        self.monolith = monolith
    }

    package func postgres(_ program: String) -> String { postgresFolder + "/" + program }
    package func service(_ service: ServiceKind) -> String { servicesFolder + "/" + service.rawValue }
}
