import ArgumentParser
import FoundationEssentials
import LocalCluster

struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List and replace the keys that sign access tokens.", subcommands: [ListKeys.self, RotateKeys.self])
}

/// Whose keys are meant.
struct KeyFolderOption: ParsableArguments {
    @Option(help: "The folder that SIGNING_KEYS_DIRECTORY names, of a deployment instead of a local cluster.")
    var folder: String?

    @OptionGroup var data: DataOption

    /// - Returns: the folder, and the cluster that it belongs to unless it is a deployment's.
    func find() async throws -> (folder: SigningKeyFolder, cluster: RunningCluster?) {
        if let folder { return (SigningKeyFolder(folder), nil) }
        let cluster = try await data.runningCluster()
        return (SigningKeyFolder(cluster.layout.keysFolder), cluster)
    }
}

struct ListKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show each key, and whether it signs, verifies only, or is to sign next.")

    @Flag(help: "As JSON.")
    var json = false

    @OptionGroup var choice: KeyFolderOption

    func run() async throws {
        let keys = try await choice.find().folder.list(at: Int(Date.now.timeIntervalSince1970))
        if json { return Console.say(try Self.text(keys)) }
        let rows = keys.map { [$0.kid, $0.state.rawValue, $0.signsFrom.map(Self.time) ?? "the beginning", $0.file] }
        Console.say(TextTable(["KEY", "STATE", "SIGNS FROM", "FILE"], rows).text)
    }

    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func time(_ seconds: Int) -> String { Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601) }
}

struct RotateKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Make the next key: it is published at once, and signs a little later.",
        discussion: """
            No request fails meanwhile: everybody knows the key before it signs, and the key before it verifies until its \
            last token has expired. Nothing is restarted.
            """)

    @Option(help: "Seconds until the key signs, from \(SigningKeyFolder.leastLead) on.")
    var lead = SigningKeyFolder.lead

    @Flag(help: "As JSON.")
    var json = false

    @OptionGroup var choice: KeyFolderOption

    func validate() throws {
        guard (SigningKeyFolder.leastLead...SigningKeyFolder.longestLead).contains(lead) else {
            throw ValidationError(
                "--lead must be \(SigningKeyFolder.leastLead) to \(SigningKeyFolder.longestLead) seconds.")
        }
    }

    func run() async throws {
        let (folder, cluster) = try await choice.find()
        let rotation = try folder.rotate(at: Int(Date.now.timeIntervalSince1970), lead: lead)
        var silent: [String] = []
        if let cluster {
            let publication = await KeyPublication(rotation.kid, cluster).wait()
            guard publication.missing.isEmpty else {
                folder.takeBack(rotation)
                throw ClusterError(
                    "\(publication.missing.joined(separator: " and ")) did not publish the new key, so it was taken back: "
                        + "see its log.")
            }
            silent = publication.silent
        }
        if json { return Console.say(try ListKeys.text(rotation)) }
        Console.say(
            "\(rotation.kid) is published, and signs from \(ListKeys.time(rotation.signsFrom)) on (\(rotation.file)).")
        for name in silent { Console.say("\(name) gave no answer; it reads the key when it runs.") }
        for file in rotation.removed { Console.say("Removed \(file): no token of it can be good any more.") }
    }
}
