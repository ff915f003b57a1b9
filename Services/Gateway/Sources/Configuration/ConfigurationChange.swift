package import Documents

/// The step from one configuration to the next in a running process.
struct ConfigurationChange {
    private let old: GatewayConfiguration
    private let new: GatewayConfiguration

    init(from old: GatewayConfiguration, to new: GatewayConfiguration) {
        self.old = old
        self.new = new
    }

    /// - Throws: ``DocumentError`` when the change needs a new process: connections are kept to the services that were
    ///   there at the start, though not to the same instances.
    func check() throws(DocumentError) {
        let changed = Set(old.upstreams.map(\.name.rawValue)).symmetricDifference(new.upstreams.map(\.name.rawValue))
        guard !changed.isEmpty else { return }
        throw DocumentError(
            changed.sorted().map {
                DocumentProblem(
                    file: new.file, line: nil, key: "upstreams.\($0)",
                    message: "other services are taken at the next start only: desk restart")
            })
    }
}
