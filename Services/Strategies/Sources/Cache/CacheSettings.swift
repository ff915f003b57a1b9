package import Settings

/// Whether answers to reads are kept in this process, how many and for how long.
package struct CacheSettings: Sendable {
    package static let catalogue: [any AnySetting] = [mode, size, age]

    private static let mode = Setting<String>(
        "cache.mode", default: "off",
        summary: "Where answers to reads are kept for a moment: off, or process for the memory of each instance.",
        isAllowed: { ["off", "process"].contains($0) })
    private static let size = Setting<Int>(
        "cache.megabytes", default: 16, unit: "MB", summary: "Memory for answers that are kept.",
        isAllowed: { (1...16_384).contains($0) })
    private static let age = Setting<Int>(
        "cache.age.ms", default: 1000, unit: "ms",
        summary:
            "How old an answer that is kept may be; clients without a consistency token may read what is so much older.",
        isAllowed: { (1...60_000).contains($0) })

    package let isOn: Bool
    /// Bytes.
    package let capacity: Int
    package let age: Duration

    /// - Throws: `SettingsError` naming the key that is wrong.
    package init(reader: SettingsReader) throws {
        isOn = try reader.value(Self.mode) == "process"
        capacity = try reader.value(Self.size) << 20
        age = .milliseconds(try reader.value(Self.age))
    }
}
