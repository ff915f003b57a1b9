/// What serves so many users and requests a second, by what one request costs.
package struct CapacityPlan: Codable, Hashable, Sendable {
    package struct Line: Codable, Hashable, Sendable {
        package let part: CapacityPart
        package let instances: Int
        /// Busy at the peak, of all instances together.
        package let busyCores: Double
        /// Provided, of all instances together.
        package let cores: Int
        package let memoryMegabytes: Int

        private enum CodingKeys: String, CodingKey {
            case part, instances, cores
            case busyCores = "busy_cores"
            case memoryMegabytes = "memory_mb"
        }
    }

    package let users: Int
    package let requestsPerSecond: Double
    package let loginsPerSecond: Double
    package let streams: Int
    package let lines: [Line]
    /// Of all services to one PostgreSQL server.
    package let postgresConnections: Int
    package let postgresGigabytes: Double
    package let redisMegabytes: Double
    package let redisCommandsPerSecond: Double
    package let bottlenecks: [CapacityBottleneck]
    package let assumptions: CapacityAssumptions

    private enum CodingKeys: String, CodingKey {
        case users, streams, lines, bottlenecks, assumptions
        case requestsPerSecond = "requests_per_second"
        case loginsPerSecond = "logins_per_second"
        case postgresConnections = "postgres_connections"
        case postgresGigabytes = "postgres_gb"
        case redisMegabytes = "redis_mb"
        case redisCommandsPerSecond = "redis_commands_per_second"
    }

    /// - Parameters:
    ///   - users: accounts.
    ///   - requestsPerSecond: at the busiest time, reads and writes together.
    package init(
        users: Int, requestsPerSecond: Double, costs: MeasuredCosts, assumptions: CapacityAssumptions = .init()
    ) {
        let assumed = assumptions
        let logins = Double(users) * assumed.loginsPerDay * 3 / 86_400
        let streams = Int(Double(users) * assumed.onlineShare)
        func busy(_ part: CapacityPart, _ rate: Double) -> Double { (costs.microseconds[part] ?? 0) * rate / 1e6 }
        func line(_ part: CapacityPart, _ cores: Double, size: Int, extra: Double = 0, spare: Int = 1) -> Line {
            // One more than is needed, so that one may be lost or restarted at the peak.
            let instances = max(1, Int((cores / assumed.utilisation / Double(size)).rounded(.up))) + spare
            let each = (costs.memory[part] ?? 0) + extra / Double(instances)
            return Line(
                part: part, instances: instances, busyCores: (cores * 100).rounded() / 100, cores: instances * size,
                memoryMegabytes: Int((each * Double(instances)).rounded(.up)))
        }
        let writes = requestsPerSecond * assumed.writeShare
        let reads = requestsPerSecond - writes
        let size = assumed.coresPerInstance
        let streamMegabytes = Double(streams) * assumed.streamKilobytes / 1024
        let statement = costs.microseconds[.replica] ?? 0
        let services = [
            line(.nginx, busy(.nginx, requestsPerSecond), size: size),
            line(.gateway, busy(.gateway, requestsPerSecond), size: size, extra: streamMegabytes),
            line(.strategies, busy(.strategies, requestsPerSecond), size: size),
            line(.auth, logins * assumed.hashMilliseconds / 1000, size: size),
        ]
        let primary = writes * statement * assumed.writeFactor / 1e6
        let databaseSize = { (cores: Double) in
            min(assumed.coresPerDatabase, max(2, Int((cores / assumed.utilisation).rounded(.up))))
        }
        // Replicas replay what the primary writes.
        let replica = reads * statement / 1e6 + primary * 0.3
        let commands =
            Double(services[1].instances + services[2].instances + services[3].instances) * assumed.pollsPerSecond
            + requestsPerSecond * 0.05 + writes * 2 + logins * 3
        let redis = commands / assumed.redisCommandsPerSecond
        self.users = users
        self.requestsPerSecond = requestsPerSecond
        self.assumptions = assumed
        self.streams = streams
        loginsPerSecond = (logins * 10).rounded() / 10
        lines =
            services + [
                line(.primary, primary, size: databaseSize(primary), spare: 0),
                line(.replica, replica, size: databaseSize(replica)),
                line(.redis, redis, size: 1, extra: Double(streams) * assumed.redisBytesPerUser / 1e6),
            ]
        postgresConnections = (services[2].instances + services[3].instances) * assumed.databaseConnections
        postgresGigabytes = (Double(users) * assumed.kilobytesPerUser / 1e6 * 10).rounded() / 10
        redisMegabytes = (Double(streams) * assumed.redisBytesPerUser / 1e6).rounded(.up)
        redisCommandsPerSecond = commands.rounded()
        bottlenecks = CapacityBottleneck.all(
            primaryCores: primary / assumed.utilisation, replicas: lines[5].instances,
            redisCores: redis / assumed.utilisation,
            connections: postgresConnections, gigabytes: postgresGigabytes, gateways: services[1].instances,
            assumptions: assumed)
    }
}
