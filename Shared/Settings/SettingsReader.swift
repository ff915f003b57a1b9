import Configuration
import SystemPackage

/// Reads settings from the environment first and then from the JSON file that `CONFIG_FILE` names, if any.
package struct SettingsReader: Sendable {
    private let reader: ConfigReader

    /// - Throws: ``SettingsError`` when the file that `CONFIG_FILE` names cannot be read as JSON.
    package init(environment: [String: String]) async throws {
        var providers: [any ConfigProvider] = [EnvironmentVariablesProvider(environmentVariables: environment)]
        if let path = environment["CONFIG_FILE"], !path.isEmpty {
            do {
                providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(path)))
            } catch {
                throw SettingsError("The file that CONFIG_FILE names, \(path), cannot be read as JSON settings.")
            }
        }
        reader = ConfigReader(providers: providers)
    }

    /// The setting's value, or its default.
    ///
    /// - Throws: ``SettingsError`` when it is missing and has no default, is not of its type, or is not allowed.
    package func value<Value>(_ setting: Setting<Value>) throws(SettingsError) -> Value {
        guard let text = text(setting) else {
            guard let defaultValue = setting.defaultValue else { throw SettingsError(setting, "is missing") }
            return defaultValue
        }
        let shown = setting.isSecret ? "its value" : "\"\(text)\""
        guard let value = Value(settingText: text) else {
            throw SettingsError(setting, "must be of type \(setting.typeDescription), which \(shown) is not")
        }
        guard setting.isAllowed(value) else {
            let meaning = setting.summary.hasSuffix(".") ? String(setting.summary.dropLast()) : setting.summary
            throw SettingsError(setting, "does not allow \(shown): \(meaning)")
        }
        return value
    }

    /// What the settings say under the name of an environment variable, such as `AUTH_UPSTREAMS`; for names that are not
    /// known before, because a file of the user's has them.
    package func text(_ environmentName: String) -> String? {
        text(Setting<String>(String(environmentName.lowercased().map { $0 == "_" ? "." : $0 }), summary: ""))
    }

    /// The value as text, whichever JSON type it has in the file; an empty variable counts as none.
    private func text(_ setting: Setting<some SettingValue>) -> String? {
        let key = ConfigKey(setting.key.split(separator: ".").map(String.init))
        let text =
            reader.string(forKey: key, isSecret: setting.isSecret)
            ?? reader.int(forKey: key, isSecret: setting.isSecret).map(String.init)
            ?? reader.bool(forKey: key, isSecret: setting.isSecret).map { String($0) }
            ?? reader.stringArray(forKey: key, isSecret: setting.isSecret)?.joined(separator: ",")
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }
}
