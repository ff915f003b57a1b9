import Accounts
package import Authentication
package import Consistency
package import HTTPService
package import ServiceDatabase
package import Settings

/// The settings of the auth service.
package struct AuthSettings: Sendable {
    /// Where the private keys are.
    package static let signingKeysDirectory = Setting<String>(
        "signing.keys.directory",
        summary:
            "Folder of the RSA private keys (*.pem) that sign access tokens, each from the time in its name on; read each second."
    )
    /// How long an access token is good for, in seconds.
    package static let accessTokenLifetime = Setting<Int>(
        "access.token.lifetime.s", default: 900, unit: "s", summary: "Lifetime of an access token.",
        isAllowed: { (10...AccessToken.longestLifetime).contains($0) })
    /// How long a refresh token is good for, in seconds.
    package static let refreshTokenLifetime = Setting<Int>(
        "refresh.token.lifetime.s", default: 604_800, unit: "s", summary: "Lifetime of a refresh token.",
        isAllowed: { (60...31_536_000).contains($0) })
    /// bcrypt's cost of new hashes.
    package static let bcryptCost = Setting<Int>(
        "bcrypt.cost", default: 12, summary: "bcrypt's cost of a new password hash, 10 to 15.",
        isAllowed: { (10...BcryptSetting.maximumCost).contains($0) })
    /// Threads that hash; 0 for one each core.
    package static let bcryptThreads = Setting<Int>(
        "bcrypt.threads", default: 0, summary: "Threads that hash passwords; 0: one for each core.",
        isAllowed: { (0...64).contains($0) })
    /// What nobody may choose.
    package static let commonPasswordsFile = Setting<String>(
        "common.passwords.file", default: "",
        summary: "File of common passwords that nobody may choose, one a line; without it none is refused for that.")
    /// Logins in any minute for one account and address.
    package static let loginLimit = Setting<Int>(
        "login.limit.per.minute", default: 5,
        summary: "Logins in any minute for one account and one client address together.",
        isAllowed: { (1...100_000).contains($0) })
    /// Failed logins in any 10 minutes for one address.
    package static let loginLimitByAddress = Setting<Int>(
        "login.limit.address", default: 100,
        summary: "Failed logins in any 10 minutes from one client address, whatever the accounts.",
        isAllowed: { (1...1_000_000).contains($0) })
    /// Failed logins in any 10 minutes for one account.
    package static let loginLimitByAccount = Setting<Int>(
        "login.limit.account", default: 20,
        summary: "Failed logins in any 10 minutes for one account from addresses where it has never signed in.",
        isAllowed: { (1...1_000_000).contains($0) })

    /// What secrets of second factors are sealed with.
    package static let secondFactorKey = Setting<String>(
        "mfa.key", isSecret: true,
        summary: "Key that seals the secrets of second factors, at least 32 bytes, the same for every instance.",
        isAllowed: { $0.utf8.count >= shortestKey })
    /// What older ones were sealed with.
    package static let previousSecondFactorKey = Setting<String>(
        "mfa.previous.key", default: "", isSecret: true,
        summary: "The key before, while it is being replaced: a secret is sealed anew when a code of it is used.",
        isAllowed: { $0.isEmpty || $0.utf8.count >= shortestKey })
    /// Bytes of a key at least.
    private static let shortestKey = 32

    package static let catalogue: [any AnySetting] =
        ServerSettings.catalogue + CommonSettings.redis + CommonSettings.revocations + DatabaseSettings.catalogue
        + ConsistencySettings.catalogue + CommonSettings.token + [
            signingKeysDirectory, accessTokenLifetime, refreshTokenLifetime, bcryptCost, bcryptThreads,
            commonPasswordsFile, loginLimit, loginLimitByAddress, loginLimitByAccount,
            secondFactorKey, previousSecondFactorKey,
        ]

    package let server: ServerSettings
    package let redisURL: String
    package let redisPassword: String
    package let redisSentinels: [String]
    package let redisMasterName: String
    package let authAdminURLs: [String]
    /// Tells clusters that share a Redis apart, in the keys of revocations and of login limits.
    package let clusterName: String
    package let revocationKeys: RevocationKeys
    package let database: DatabaseSettings
    package let consistency: ConsistencySettings
    package let tokenIssuer: String
    package let tokenAudience: String
    package let signingKeysDirectory: String
    package let accessTokenLifetime: Int
    package let refreshTokenLifetime: Int
    package let bcryptCost: Int
    package let bcryptThreads: Int
    package let commonPasswordsFile: String
    package let loginLimit: Int
    package let loginLimitByAddress: Int
    package let loginLimitByAccount: Int
    package let secondFactorKeys: SecondFactorKeys

    /// - Throws: `SettingsError` naming the key that is missing or wrong.
    package init(reader: SettingsReader) throws {
        server = try ServerSettings(reader: reader)
        redisURL = try reader.value(CommonSettings.redisURL)
        redisPassword = try reader.value(CommonSettings.redisPassword)
        redisSentinels = try reader.value(CommonSettings.redisSentinels)
        redisMasterName = try reader.value(CommonSettings.redisMasterName)
        authAdminURLs = try reader.value(CommonSettings.authAdminURLs)
        clusterName = try reader.value(CommonSettings.revocationsName)
        revocationKeys = RevocationKeys(name: clusterName)
        database = try DatabaseSettings(reader: reader)
        consistency = try ConsistencySettings(reader: reader)
        tokenIssuer = try reader.value(CommonSettings.tokenIssuer)
        tokenAudience = try reader.value(CommonSettings.tokenAudience)
        signingKeysDirectory = try reader.value(Self.signingKeysDirectory)
        accessTokenLifetime = try reader.value(Self.accessTokenLifetime)
        refreshTokenLifetime = try reader.value(Self.refreshTokenLifetime)
        bcryptCost = try reader.value(Self.bcryptCost)
        bcryptThreads = try reader.value(Self.bcryptThreads)
        commonPasswordsFile = try reader.value(Self.commonPasswordsFile)
        loginLimit = try reader.value(Self.loginLimit)
        loginLimitByAddress = try reader.value(Self.loginLimitByAddress)
        loginLimitByAccount = try reader.value(Self.loginLimitByAccount)
        secondFactorKeys = SecondFactorKeys(
            key: try reader.value(Self.secondFactorKey),
            previousKey: try reader.value(Self.previousSecondFactorKey))
    }
}
