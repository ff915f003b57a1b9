/// The step from one configuration to the next in a running process.
struct ConfigurationChange {
    private let old: GatewayConfiguration
    private let new: GatewayConfiguration

    init(from old: GatewayConfiguration, to new: GatewayConfiguration) {
        self.old = old
        self.new = new
    }

    /// - Throws: ``ConfigurationError`` when the change needs a new process: connections are kept to the instances that
    ///   were there at the start.
    func check() throws(ConfigurationError) {
        let places = Dictionary(old.upstreams.map { ($0.name, $0.endpoints) }) { first, _ in first }
        var changed = new.upstreams.filter { places[$0.name] != $0.endpoints }.map(\.name.rawValue)
        changed += places.keys.filter { name in !new.upstreams.contains { $0.name == name } }.map(\.rawValue)
        guard !changed.isEmpty else { return }
        throw ConfigurationError(
            changed.sorted().map {
                ConfigurationProblem(
                    file: new.file, line: nil, key: "upstreams.\($0)",
                    message: "other instances are taken at the next start only: desk restart")
            })
    }
}
