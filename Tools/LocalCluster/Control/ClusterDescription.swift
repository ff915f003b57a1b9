/// What commands such as `psql` must know of a running cluster; stored beside its data, without secrets.
package struct ClusterDescription: Codable, Hashable, Sendable {
    package let options: ClusterOptions
    package let postgresFolder: String
    package let redisClient: String

    package init(options: ClusterOptions, postgresFolder: String, redisClient: String) {
        self.options = options
        self.postgresFolder = postgresFolder
        self.redisClient = redisClient
    }
}
