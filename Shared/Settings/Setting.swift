/// One key of a process's settings: its name, its type, its default and what it means.
///
/// The same value reads the setting and fills the README's table, so that the two cannot drift apart.
package struct Setting<Value: SettingValue>: Sendable {
    /// Words separated by dots, such as `listen.port`: `LISTEN_PORT` in the environment, `{"listen": {"port": …}}` in
    /// the JSON file.
    package let key: String
    /// `nil` when the setting must be given.
    package let defaultValue: Value?
    /// The unit of a quantity, such as `ms`; empty where there is none.
    package let unit: String
    /// One sentence for the README's table.
    package let summary: String
    /// A secret is never printed, logged or repeated in an error.
    package let isSecret: Bool
    /// Values outside of it are refused.
    package let isAllowed: @Sendable (Value) -> Bool

    package init(
        _ key: String, default defaultValue: Value? = nil, unit: String = "", isSecret: Bool = false, summary: String,
        isAllowed: @escaping @Sendable (Value) -> Bool = { _ in true }
    ) {
        self.key = key
        self.defaultValue = defaultValue
        self.unit = unit
        self.isSecret = isSecret
        self.summary = summary
        self.isAllowed = isAllowed
    }
}

/// A setting of any type, as the README's table shows it.
package protocol AnySetting: Sendable {
    var environmentName: String { get }
    /// The type with its unit, such as `integer, ms`.
    var typeDescription: String { get }
    /// `required` where there is no default.
    var defaultDescription: String { get }
    var summary: String { get }
    var isSecret: Bool { get }
}

extension Setting: AnySetting {
    package var environmentName: String {
        key.map { $0 == "." ? "_" : $0.uppercased() }.joined()
    }

    package var typeDescription: String {
        let type = isSecret ? "secret" : Value.typeName
        return unit.isEmpty ? type : "\(type), \(unit)"
    }

    package var defaultDescription: String {
        guard let defaultValue else { return "required" }
        return defaultValue.settingText.isEmpty ? "none" : defaultValue.settingText
    }
}
