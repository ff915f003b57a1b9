import Crypto
package import Settings

/// The keys that authenticate consistency tokens; every instance of every service has the same.
package struct ConsistencySettings: Sendable {
    package static let catalogue: [any AnySetting] = [key, previousKey]
    /// Bytes of a key at least.
    private static let shortest = 32

    /// What new tokens are made with.
    private static let key = Setting<String>(
        "consistency.key", isSecret: true,
        summary: "Key of the Consistency-Token, at least 32 bytes, the same for every service.",
        isAllowed: { $0.utf8.count >= shortest })
    /// What older tokens were made with.
    private static let previousKey = Setting<String>(
        "consistency.previous.key", default: "", isSecret: true,
        summary: "The key before, while it is being replaced: its tokens are still believed.",
        isAllowed: { $0.isEmpty || $0.utf8.count >= shortest })

    package let codec: ConsistencyTokenCodec

    /// - Throws: `SettingsError` naming the key that is missing or wrong.
    package init(reader: SettingsReader) throws {
        let key = try reader.value(Self.key)
        let previous = try reader.value(Self.previousKey)
        codec = ConsistencyTokenCodec(
            key: SymmetricKey(data: Array(key.utf8)),
            previousKey: previous.isEmpty ? nil : SymmetricKey(data: Array(previous.utf8)))
    }
}
