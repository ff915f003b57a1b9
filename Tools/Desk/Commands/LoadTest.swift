import ArgumentParser
import LocalCluster

struct LoadTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load a cluster as its users would, and say whether the targets hold.",
        subcommands: [LoadScenario.self, LoadCompare.self], defaultSubcommand: LoadScenario.self)
}
