/// The application to migrate from, `Examples/Monolith`, by absolute paths.
package struct MonolithProgram: Hashable, Sendable {
    /// Of the virtual environment that set-up makes.
    package let python: String
    /// With `app.py`.
    package let folder: String

    package init(python: String, folder: String) {
        self.python = python
        self.folder = folder
    }

    /// - Throws: ``ClusterError`` where set-up has not made its environment.
    static func find(in repository: String) throws(ClusterError) -> MonolithProgram {
        let environment = repository + "/.build/monolith"
        guard Files.exists(environment + "/installed.txt") else {
            throw ClusterError(
                "The monolith's Python packages are missing: run Examples/Monolith/install.sh, which fetches them.")
        }
        return MonolithProgram(python: environment + "/bin/python", folder: repository + "/Examples/Monolith")
    }
}
