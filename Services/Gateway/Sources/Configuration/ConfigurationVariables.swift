package import Settings

/// The settings that a configuration file may name, as `${AUTH_UPSTREAMS}` or `${RATE_LIMIT_USER:-100/s burst 200}`.
package struct ConfigurationVariables: Sendable {
    package enum Lookup: Sendable, Hashable {
        case value(String)
        case missing
        /// The settings are not known here: the file is only checked.
        case unknown
    }

    private let lookup: @Sendable (String) -> Lookup

    package init(_ lookup: @escaping @Sendable (String) -> Lookup) { self.lookup = lookup }

    package init(_ values: [String: String]) { self.init { values[$0].map(Lookup.value) ?? .missing } }

    package init(_ reader: SettingsReader) { self.init { reader.text($0).map(Lookup.value) ?? .missing } }

    /// For a check of the file alone: what is not set here may be set where the gateway runs.
    package var forCheck: ConfigurationVariables {
        ConfigurationVariables { name in
            if case .value(let text) = self.lookup(name) { .value(text) } else { .unknown }
        }
    }

    func value(of name: String) -> Lookup { lookup(name) }
}
