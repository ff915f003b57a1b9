/// What a plan takes for granted. Nothing here was measured by `desk bench`, so each plan prints it.
package struct CapacityAssumptions: Codable, Hashable, Sendable {
    /// Above it queues grow, and one instance that is lost overloads the others.
    package var utilisation = 0.6
    /// Of all requests.
    package var writeShare = 0.1
    /// A write's CPU at the primary, as a multiple of a read's at a replica: history, revision and event are written with it.
    package var writeFactor = 5.0
    /// Cores of one gateway, service or nginx.
    package var coresPerInstance = 2
    /// Cores of one PostgreSQL server at most.
    package var coresPerDatabase = 32
    /// Of all users, at the busiest time, with an event stream open.
    package var onlineShare = 0.05
    /// Kilobytes of a gateway's memory for one event stream (docs/testing.md).
    package var streamKilobytes = 5.3
    /// A day and user; the busiest hour has three times the day's mean.
    package var loginsPerDay = 1.0
    /// Milliseconds of CPU of one password hash at bcrypt's cost 12.
    package var hashMilliseconds = 245.0
    /// In PostgreSQL, with indices, versions and audit: ten strategies of 1 KB in a few versions.
    package var kilobytesPerUser = 40.0
    /// In Redis, of one online user: limits, and the event stream's part.
    package var redisBytesPerUser = 400.0
    /// Times that one process asks Redis for revocations in a second.
    package var pollsPerSecond = 20.0
    /// A core of Redis serves as many commands a second.
    package var redisCommandsPerSecond = 80_000.0
    /// Connections of one service instance to each PostgreSQL server (`POSTGRES_CONNECTIONS`).
    package var databaseConnections = 4

    package init() {}

    private enum CodingKeys: String, CodingKey {
        case utilisation
        case writeShare = "write_share"
        case writeFactor = "write_factor"
        case coresPerInstance = "cores_per_instance"
        case coresPerDatabase = "cores_per_database"
        case onlineShare = "online_share"
        case streamKilobytes = "stream_kb"
        case loginsPerDay = "logins_per_user_and_day"
        case hashMilliseconds = "password_hash_ms"
        case kilobytesPerUser = "postgres_kb_per_user"
        case redisBytesPerUser = "redis_bytes_per_online_user"
        case pollsPerSecond = "revocation_polls_per_process"
        case redisCommandsPerSecond = "redis_commands_per_core"
        case databaseConnections = "postgres_connections_per_instance"
    }
}
