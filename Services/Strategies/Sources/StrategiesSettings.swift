package import Authentication
package import Consistency
package import Events
package import HTTPService
package import ServiceDatabase
package import Settings

/// The settings of the strategies service.
package struct StrategiesSettings: Sendable {
    package static let catalogue: [any AnySetting] =
        ServerSettings.catalogue + CommonSettings.redis + CommonSettings.revocations + DatabaseSettings.catalogue
        + ConsistencySettings.catalogue + CommonSettings.token
        + [CommonSettings.jwksURLs, CommonSettings.eventsName, eventsRetained]
        + CacheSettings.catalogue

    /// How far back a client can resume.
    package static let eventsRetained = Setting<Int>(
        "events.retained", default: 5_000,
        summary: "Events of all users that Redis keeps, about, so that a client that was away can resume.",
        isAllowed: { (100...1_000_000).contains($0) })

    package let server: ServerSettings
    package let redisURL: String
    package let redisPassword: String
    package let redisSentinels: [String]
    package let redisMasterName: String
    package let authAdminURLs: [String]
    package let revocationKeys: RevocationKeys
    package let database: DatabaseSettings
    package let consistency: ConsistencySettings
    package let tokenIssuer: String
    package let tokenAudience: String
    package let jwksURLs: [String]
    package let events: EventStream
    package let retainedEvents: Int
    package let cache: CacheSettings

    /// - Throws: `SettingsError` naming the key that is missing or wrong.
    package init(reader: SettingsReader) throws {
        server = try ServerSettings(reader: reader)
        redisURL = try reader.value(CommonSettings.redisURL)
        redisPassword = try reader.value(CommonSettings.redisPassword)
        redisSentinels = try reader.value(CommonSettings.redisSentinels)
        redisMasterName = try reader.value(CommonSettings.redisMasterName)
        authAdminURLs = try reader.value(CommonSettings.authAdminURLs)
        revocationKeys = RevocationKeys(name: try reader.value(CommonSettings.revocationsName))
        database = try DatabaseSettings(reader: reader)
        consistency = try ConsistencySettings(reader: reader)
        tokenIssuer = try reader.value(CommonSettings.tokenIssuer)
        tokenAudience = try reader.value(CommonSettings.tokenAudience)
        jwksURLs = try reader.value(CommonSettings.jwksURLs)
        events = EventStream(name: try reader.value(CommonSettings.eventsName))
        retainedEvents = try reader.value(Self.eventsRetained)
        cache = try CacheSettings(reader: reader)
    }
}
