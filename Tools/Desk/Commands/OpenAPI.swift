import ArgumentParser
import FoundationEssentials
import LocalCluster

struct OpenAPI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Print the API's OpenAPI document as JSON.")

    @Argument(help: ArgumentHelp("The YAML that it is made from. (the repository's own)", valueName: "path"))
    var file: String?

    func run() throws {
        let path = try file ?? Installation.find().repository + "/" + OpenAPIDocument.path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ClusterError("\(path) cannot be read.")
        }
        Console.say(try OpenAPIDocument(yaml: String(decoding: data, as: UTF8.self), file: path).json)
    }
}
