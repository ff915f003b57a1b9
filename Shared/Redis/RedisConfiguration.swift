import NIOSSL

/// Where a Redis server is and how long to wait for it.
package struct RedisConfiguration: Sendable {
    package enum Address: Sendable, Equatable {
        case tcp(host: String, port: Int)
        case unixSocket(path: String)
    }

    package var address: Address
    /// Who is asked for the address instead, before every connection; nil: nobody.
    package var sentinels: RedisSentinels?
    /// TLS as a client, the server's certificate and name verified; nil: none.
    let tls: NIOSSLContext?
    package var username: String?
    package var password: String?
    package var database: Int
    /// How long a command may take when its caller says nothing else.
    package var commandDeadline: Duration
    /// How long opening the socket may take, and after it the handshake (TLS, AUTH, SELECT, PING).
    package var connectTimeout: Duration
    /// Commands that may wait on one connection, held and sent together.
    package var maximumPendingCommands = 4096

    /// Reads `redis://[[user]:password@]host[:port][/database]`, the same as `rediss://` for TLS
    /// (`?cafile=PATH` names the authorities), or `unix:///path[?db=database]`.
    ///
    /// - Parameters:
    ///   - password: wins over the one in the URL; the Sentinels are told the same.
    ///   - sentinels: `host:port` of each Sentinel; with any, the host in the URL is not used.
    ///   - masterName: what the Sentinels call the master.
    /// - Throws: a sentence that says what is wrong; it never holds the URL, which may have a password in it.
    package init(
        url: String, password: String? = nil, sentinels: [String] = [], masterName: String = "",
        commandDeadline: Duration = .milliseconds(250), connectTimeout: Duration = .seconds(1)
    ) throws(RedisConfigurationError) {
        let parsed = try RedisURL(url)
        self.address = parsed.address
        self.sentinels = sentinels.isEmpty ? nil : try RedisSentinels(sentinels, masterName: masterName)
        self.tls = parsed.usesTLS ? try Self.tls(trusting: parsed.certificateAuthorityFile) : nil
        self.username = parsed.username
        self.password = password.flatMap { $0.isEmpty ? nil : $0 } ?? parsed.password
        self.database = parsed.database
        self.commandDeadline = commandDeadline
        self.connectTimeout = connectTimeout
    }

    /// - Parameter file: a PEM file with the authorities to trust; nil: those of the system.
    private static func tls(trusting file: String?) throws(RedisConfigurationError) -> NIOSSLContext {
        var client = TLSConfiguration.makeClientConfiguration()
        client.minimumTLSVersion = .tlsv12
        if let file { client.trustRoots = .file(file) }
        do {
            return try NIOSSLContext(configuration: client)
        } catch {
            throw RedisConfigurationError(description: "TLS for Redis cannot be set up: \(error)")
        }
    }
}

extension RedisConfiguration {
    /// What a new connection says before anything else: AUTH, SELECT, and a PING that proves that the server serves.
    var handshake: [[RedisArgument]] {
        var commands: [[RedisArgument]] = []
        if let password {
            commands.append(["AUTH"] + (username.map { [.string($0)] } ?? []) + [.string(password)])
        }
        if database != 0 { commands.append(["SELECT", .integer(database)]) }
        if sentinels != nil { commands.append(RedisSentinels.masterCheck) }
        commands.append(["PING"])
        return commands
    }
}

/// What is wrong with a Redis URL, as one sentence.
package struct RedisConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
}
