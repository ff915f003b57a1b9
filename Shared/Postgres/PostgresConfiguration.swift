import CLibPQ
import Glibc

/// How a client reaches PostgreSQL and how long it waits for it.
package struct PostgresConfiguration: Sendable {
    /// The most connections that one instance may open.
    package static let connectionLimit = 20

    /// libpq's keywords and values (PostgreSQL's manual §34.1.2), TLS settings among them.
    private(set) var keywords: [String: String]
    package private(set) var maximumConnections: Int
    /// The server ends a statement that takes longer.
    package private(set) var statementTimeout: Duration
    /// The client stops waiting for a statement, queueing included.
    package private(set) var deadline: Duration
    /// The most statements that wait for a connection; further ones fail at once.
    package let queueLimit: Int
    /// How long dialling and signing in may take.
    package let connectTimeout: Duration

    /// - Parameters:
    ///   - url: a connection URI or keyword string as libpq takes it.
    ///   - password: kept apart from the URL so that the URL can be shown; overrides the URL's.
    /// - Throws: ``PostgresError`` with code `configuration` for a URL that libpq refuses or a wrong number of
    ///   connections.
    package init(
        url: String, password: String? = nil, maximumConnections: Int = 4, statementTimeout: Duration = .seconds(5),
        deadline: Duration = .seconds(6), queueLimit: Int = 10_000, connectTimeout: Duration = .seconds(2),
        applicationName: String
    ) throws(PostgresError) {
        guard (1...Self.connectionLimit).contains(maximumConnections) else {
            throw PostgresError(
                .configuration, "\(maximumConnections) connections: 1 to \(Self.connectionLimit) are allowed")
        }
        var keywords = try Self.parse(url)
        if let password { keywords["password"] = password }
        keywords["client_encoding"] = "UTF8"
        keywords["application_name"] = applicationName
        // Over TCP: a peer that is gone without a word is found out in seconds rather than in a quarter of an hour.
        for (name, value) in [
            "tcp_user_timeout": "10000", "keepalives_idle": "10", "keepalives_interval": "3", "keepalives_count": "3",
        ] where keywords[name] == nil {
            keywords[name] = value
        }
        let milliseconds = statementTimeout.milliseconds
        keywords["options"] =
            (keywords["options"].map { $0 + " " } ?? "")
            + "-c statement_timeout=\(milliseconds) -c idle_in_transaction_session_timeout=\(milliseconds * 2)"
            + Self.planning
        self.keywords = keywords
        self.maximumConnections = maximumConnections
        self.statementTimeout = statementTimeout
        self.deadline = deadline
        self.queueLimit = queueLimit
        self.connectTimeout = connectTimeout
    }

    /// For questions about the server's state: one connection, whose writes wait for no replica.
    func forProbing(deadline: Duration) -> PostgresConfiguration {
        var copy = self
        copy.maximumConnections = 1
        copy.deadline = deadline
        copy.statementTimeout = deadline
        copy.keywords["application_name", default: ""] += "-monitor"
        copy.keywords["options", default: ""] +=
            " -c statement_timeout=\(deadline.milliseconds) -c synchronous_commit=local"
        return copy
    }

    /// The host name to look up before dialling; `nil` for a socket folder, an address, a list or none.
    var hostToResolve: String? {
        guard let host = keywords["host"], keywords["hostaddr"] == nil, !host.hasPrefix("/"), !host.contains(","),
            !host.isEmpty
        else { return nil }
        var buffer = [UInt8](repeating: 0, count: 16)
        let isAddress = inet_pton(AF_INET, host, &buffer) == 1 || inet_pton(AF_INET6, host, &buffer) == 1
        return isAddress ? nil : host
    }

    /// Every statement is a prepared one that finds its rows by an index, whoever asks. So it is planned once, and not again
    /// for each caller's numbers; and a table that is small today is not read as a whole.
    private static let planning = " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off"

    private static func parse(_ url: String) throws(PostgresError) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            defer { PQfreemem(message) }
            // libpq's message may repeat the URL, and the URL may hold a password.
            throw PostgresError(.configuration, "the connection URL is malformed")
        }
        defer { PQconninfoFree(options) }
        var keywords: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return keywords
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
