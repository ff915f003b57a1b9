import ArgumentParser
import Glibc
import LocalCluster

/// Which cluster a command is about.
struct DataOption: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp(
            "The cluster's data folder. (default: .cryptodesk in the repository; /var/lib/cryptodesk as root)",
            valueName: "folder"))
    var path: String?

    func folder() throws -> DataFolder {
        if let path { return DataFolder(path: path) }
        if geteuid() == 0 { return DataFolder(path: "/var/lib/cryptodesk") }
        return DataFolder(path: try Installation.find().repository + "/.cryptodesk")
    }

    /// - Throws: exit status 3, after a sentence, when no cluster runs.
    func runningCluster() async throws -> RunningCluster {
        let folder = try folder()
        guard let cluster = try await RunningCluster.find(folder) else {
            Console.complain("No cluster runs in \(folder.layout.folder): start one with ./desk up.")
            throw ExitCode(3)
        }
        return cluster
    }
}
