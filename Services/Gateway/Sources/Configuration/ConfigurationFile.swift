package import Documents
import FoundationEssentials

/// The configuration on disk.
package struct ConfigurationFile: Sendable {
    package let path: String
    private let variables: ConfigurationVariables

    package init(path: String, variables: ConfigurationVariables) {
        self.path = path
        self.variables = variables
    }

    /// Reads the file as it is now.
    ///
    /// - Throws: ``DocumentError`` with everything that is wrong with it.
    package func read() throws(DocumentError) -> GatewayConfiguration {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw DocumentError([
                DocumentProblem(file: path, line: nil, key: "", message: "cannot be read as text in UTF-8")
            ])
        }
        return try GatewayConfiguration(text, file: name, variables: variables)
    }
}
