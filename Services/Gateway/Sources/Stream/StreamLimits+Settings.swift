import Settings

extension StreamLimits {
    static let catalogue: [any AnySetting] = [
        connectionsSetting, userSetting, pingSetting, pongSetting, slowSetting, authenticationSetting,
    ]

    private static let connectionsSetting = Setting<Int>(
        "stream.max.connections", default: 8_000, summary: "Event streams (WebSockets) at once, further ones get 503.",
        isAllowed: { $0 > 0 })
    private static let userSetting = Setting<Int>(
        "stream.user.connections", default: 20, summary: "Event streams of one user at once, further ones get 429.",
        isAllowed: { $0 > 0 })
    private static let pingSetting = milliseconds(
        "stream.ping.interval.ms", 30_000, "After how long a silence the client of an event stream is pinged.")
    private static let pongSetting = milliseconds(
        "stream.pong.timeout.ms", 20_000, "How long it may take to answer, then its connection is ended.")
    private static let slowSetting = milliseconds(
        "stream.slow.timeout.ms", 10_000,
        "How long a client may leave its event stream unread once more than 64 KB of it wait, then 4408.")
    private static let authenticationSetting = milliseconds(
        "stream.auth.timeout.ms", 10_000,
        "How long a client that brings its token in the first message may take, then 4401.")

    /// - Throws: `SettingsError` naming the key that is wrong.
    init(reader: SettingsReader) throws {
        self.init()
        connections = try reader.value(Self.connectionsSetting)
        connectionsOfUser = try reader.value(Self.userSetting)
        webSocket.outputTimeout = .milliseconds(try reader.value(Self.slowSetting))
        webSocket.pingInterval = .milliseconds(try reader.value(Self.pingSetting))
        webSocket.pongTimeout = .milliseconds(try reader.value(Self.pongSetting))
        authentication = .milliseconds(try reader.value(Self.authenticationSetting))
    }

    private static func milliseconds(_ key: String, _ value: Int, _ summary: String) -> Setting<Int> {
        Setting<Int>(key, default: value, unit: "ms", summary: summary, isAllowed: { (100...3_600_000).contains($0) })
    }
}
