/// Why a process cannot start with the settings it was given: one sentence that names the key.
package struct SettingsError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    package init(_ setting: some AnySetting, _ problem: String) {
        description = "Setting \(setting.environmentName) \(problem)."
    }
}
