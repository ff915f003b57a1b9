import JSON

#if canImport(Glibc)
import Glibc
private enum System { static let write = Glibc.write }
#elseif canImport(Darwin)
import Darwin
private enum System { static let write = Darwin.write }
#endif

/// `gateway check-config [--json] FILE`: tells everything that is wrong with a file, without a gateway.
package struct ConfigurationCheck {
    package static let command = "check-config"

    /// What is to be written, and how the process ends.
    package struct Result: Sendable, Hashable {
        package var output = ""
        package var complaint = ""
        package var status: Int32 = 0
    }

    private let variables: ConfigurationVariables

    /// - Parameter variables: what is set here; what is not may be set where the gateway runs, and is not checked.
    package init(variables: ConfigurationVariables) { self.variables = variables.forCheck }

    /// - Parameter arguments: what follows the command's name.
    package func run(_ arguments: [String]) -> Result {
        let isJSON = arguments.contains("--json")
        let files = arguments.filter { $0 != "--json" }
        guard files.count == 1, let path = files.first, !path.hasPrefix("-") else {
            return Result(complaint: "Usage: gateway \(Self.command) [--json] FILE\n", status: 64)
        }
        do {
            let configuration = try ConfigurationFile(path: path, variables: variables).read()
            return Result(output: isJSON ? json(configuration) : summary(configuration))
        } catch {
            return Result(complaint: "\(error)\n", status: 1)
        }
    }

    package func runAndExit(_ arguments: [String]) -> Never {
        let result = run(arguments)
        write(result.output, to: STDOUT_FILENO)
        write(result.complaint, to: STDERR_FILENO)
        exit(result.status)
    }

    private func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { System.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func json(_ configuration: GatewayConfiguration) -> String {
        JSONValue.object(ConfigurationReport(configuration).json).serialized() + "\n"
    }

    private func summary(_ configuration: GatewayConfiguration) -> String {
        let unknown = configuration.unknownSettings
        let note = unknown.isEmpty ? "" : "Not set here, and so not checked: \(unknown.joined(separator: ", ")).\n"
        return "\(configuration.file) is well: \(Set(configuration.routes.map(\.name)).count) routes, "
            + "\(configuration.policies.count) policies, \(configuration.upstreams.count) upstreams.\n\(note)"
    }
}
