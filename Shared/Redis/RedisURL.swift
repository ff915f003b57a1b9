/// The parts of a Redis URL.
struct RedisURL {
    var address: RedisConfiguration.Address
    var usesTLS = false
    var certificateAuthorityFile: String?
    var username: String?
    var password: String?
    var database = 0

    init(_ text: String) throws(RedisConfigurationError) {
        guard let separator = text.firstRange(of: "://") else {
            throw RedisConfigurationError(description: "the Redis URL has no scheme (redis://, rediss:// or unix://)")
        }
        let scheme = text[..<separator.lowerBound].lowercased()
        let parts = text[separator.upperBound...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count > 1 ? Self.query(parts[1]) : [:]
        switch scheme {
        case "redis", "rediss":
            self = try Self(server: parts[0])
            usesTLS = scheme == "rediss"
            certificateAuthorityFile = query["cafile"]
        case "unix", "redis+unix":
            guard parts[0].hasPrefix("/") else {
                throw RedisConfigurationError(description: "the Redis URL's socket path is not absolute")
            }
            self.address = .unixSocket(path: Self.decoded(parts[0]))
        default:
            throw RedisConfigurationError(description: "the Redis URL's scheme is none of redis, rediss and unix")
        }
        if let text = query["db"] { database = try Self.database(text[...]) }
    }

    private init(server text: Substring) throws(RedisConfigurationError) {
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        var authority = text[..<slash]
        if let at = authority.lastIndex(of: "@") {
            let credentials = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decoded(credentials[0])
            if credentials.count > 1, !credentials[1].isEmpty { self.password = Self.decoded(credentials[1]) }
            if !name.isEmpty { self.username = name }
            authority = authority[authority.index(after: at)...]
        }
        self.address = try Self.endpoint(authority, defaultPort: 6379)
        let path = text[slash...].dropFirst()
        if !path.isEmpty { self.database = try Self.database(path) }
    }

    /// Reads `host[:port]`; a numeric IPv6 host is in brackets.
    static func endpoint(
        _ authority: Substring, defaultPort: Int
    ) throws(RedisConfigurationError) -> RedisConfiguration.Address {
        var host = authority
        var port = Substring("\(defaultPort)")
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            if rest.hasPrefix(":") { port = rest.dropFirst() }
        } else if let colon = authority.lastIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty else { throw RedisConfigurationError(description: "the Redis URL has no host") }
        guard let number = Int(port), (1...65535).contains(number) else {
            throw RedisConfigurationError(description: "the Redis URL's port is not a number from 1 to 65535")
        }
        return .tcp(host: String(host), port: number)
    }

    private static func database(_ text: Substring) throws(RedisConfigurationError) -> Int {
        guard let number = Int(text), (0...9999).contains(number) else {
            throw RedisConfigurationError(description: "the Redis URL's database is not a number")
        }
        return number
    }

    private static func query(_ text: Substring) -> [String: String] {
        let pairs = text.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(decoded) }
        return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { first, _ in first }
    }

    /// Percent-decoding (RFC 3986, section 2.1); a `%` that begins no pair of digits stays.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(Substring(digits), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
