import FoundationEssentials
import LocalCluster

/// An nginx of a benchmark, from the template in its folder below `Benchmarks/peers`.
enum NginxPeer {
    /// - Parameters:
    ///   - values: of the template's variables.
    ///   - folder: takes the configuration, the log and what nginx itself writes.
    static func start(
        _ name: String, _ values: [String: String], folder: String, _ installation: Installation
    ) throws -> Program.Running {
        guard let nginx = ServerSearch.program("nginx") else {
            throw ClusterError("nginx is needed: ./desk bench installs it.")
        }
        let template = "\(installation.repository)/Benchmarks/peers/\(name)/nginx.conf.template"
        var text = try String(contentsOfFile: template, encoding: .utf8)
        for (key, value) in values.merging(["FOLDER": folder], uniquingKeysWith: { $1 }) {
            text = text.replacing("${\(key)}", with: value)
        }
        let file = "\(folder)/\(name).conf"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return try Program(nginx, ["-c", file, "-e", "stderr"], output: "\(folder)/\(name).log").start()
    }
}
