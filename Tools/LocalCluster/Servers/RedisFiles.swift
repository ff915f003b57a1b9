/// The text of a Redis configuration file.
package struct RedisFiles: Hashable, Sendable {
    package enum Purpose: Hashable, Sendable {
        /// Limits and revocations: never evicted, kept over a restart.
        case state
        /// May be lost at any time, never grows past its bound.
        case cache
    }

    private let topology: ClusterTopology

    package init(_ topology: ClusterTopology) { self.topology = topology }

    package func configuration(_ name: String, port: Int, purpose: Purpose) -> String {
        let layout = topology.layout
        return """
            # Written by desk at every start.
            bind 127.0.0.1
            port \(port)
            unixsocket \(quoted(layout.redisSocket(name)))
            unixsocketperm 700
            requirepass \(topology.secrets.redis)
            dir \(quoted(layout.redisFolder(name)))
            daemonize no
            logfile ""
            loglevel notice
            databases 16
            save ""
            \(retention(purpose))

            """
    }

    private func retention(_ purpose: Purpose) -> String {
        switch purpose {
        case .state:
            """
            appendonly yes
            appendfsync everysec
            maxmemory-policy noeviction
            """
        case .cache:
            """
            appendonly no
            maxmemory 128mb
            maxmemory-policy allkeys-lru
            """
        }
    }

    private func quoted(_ path: String) -> String { Self.quoted(path) }

    static func quoted(_ path: String) -> String {
        var text = ""
        for character in path {
            if character == "\"" || character == "\\" { text.append("\\") }
            text.append(character)
        }
        return "\"\(text)\""
    }
}
