/// A type that a setting can have: it reads from and writes to a line of text.
package protocol SettingValue: Sendable {
    /// The type's name in the README's table.
    static var typeName: String { get }
    /// `nil` when the text is not of this type.
    init?(settingText: String)
    var settingText: String { get }
}

extension String: SettingValue {
    package static var typeName: String { "text" }
    package init?(settingText: String) { self = settingText }
    package var settingText: String { self }
}

extension Int: SettingValue {
    package static var typeName: String { "integer" }
    package init?(settingText: String) { self.init(settingText) }
    package var settingText: String { String(self) }
}

extension Bool: SettingValue {
    package static var typeName: String { "true or false" }
    package init?(settingText: String) { self.init(settingText) }
    package var settingText: String { String(self) }
}

/// A comma-separated list of texts, without empty ones.
extension [String]: SettingValue {
    package static var typeName: String { "list" }
    package init?(settingText: String) {
        self = settingText.split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
    }
    package var settingText: String { joined(separator: ",") }
}

extension Double: SettingValue {
    package static var typeName: String { "number" }
    package init?(settingText: String) { self.init(settingText) }
    package var settingText: String { description }
}
