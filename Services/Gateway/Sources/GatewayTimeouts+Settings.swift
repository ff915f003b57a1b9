import Settings

extension GatewayTimeouts {
    static let catalogue: [any AnySetting] = [
        requestHeadSetting, requestBodySetting, keepAliveSetting, connectSetting, answerHeadSetting, idleSetting,
        requestSetting, tunnelSetting, drainSetting,
    ]

    private static let requestHeadSetting = milliseconds(
        "client.header.timeout.ms", 10_000, "How long a client may take for a request head, then 408.")
    private static let requestBodySetting = milliseconds(
        "client.body.timeout.ms", 10_000, "How long a client may take for each 4 KB of a request body, then 408.")
    private static let keepAliveSetting = milliseconds(
        "client.idle.timeout.ms", 75_000, "How long a client's connection stays open without a request.")
    private static let connectSetting = milliseconds(
        "upstream.connect.timeout.ms", 1_000, "How long connecting to an instance may take.")
    private static let answerHeadSetting = milliseconds(
        "upstream.response.timeout.ms", 30_000, "How long an instance may take to begin its answer, then 504.")
    private static let idleSetting = milliseconds(
        "upstream.idle.timeout.ms", 60_000, "How long a body may stand still on its way in either direction.")
    private static let requestSetting = milliseconds(
        "request.timeout.ms", 60_000,
        "How long a complete request may take in all, with retries and the whole answer, then 504; services are told.")
    private static let tunnelSetting = milliseconds(
        "tunnel.idle.timeout.ms", 300_000, "How long a WebSocket to a service may be silent in both directions.")
    private static let drainSetting = milliseconds(
        "drain.timeout.ms", 20_000, "How long requests may still take once a stopping gateway accepts no more.")

    /// - Throws: `SettingsError` naming the key that is wrong.
    init(reader: SettingsReader) throws {
        self.init()
        requestHead = .milliseconds(try reader.value(Self.requestHeadSetting))
        requestBody = .milliseconds(try reader.value(Self.requestBodySetting))
        keepAlive = .milliseconds(try reader.value(Self.keepAliveSetting))
        connect = .milliseconds(try reader.value(Self.connectSetting))
        answerHead = .milliseconds(try reader.value(Self.answerHeadSetting))
        idle = .milliseconds(try reader.value(Self.idleSetting))
        request = .milliseconds(try reader.value(Self.requestSetting))
        tunnel = .milliseconds(try reader.value(Self.tunnelSetting))
        drain = .milliseconds(try reader.value(Self.drainSetting))
    }

    private static func milliseconds(_ key: String, _ value: Int, _ summary: String) -> Setting<Int> {
        Setting<Int>(key, default: value, unit: "ms", summary: summary, isAllowed: { (1...3_600_000).contains($0) })
    }
}
