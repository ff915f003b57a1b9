import ArgumentParser
import LocalCluster

struct Users: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change accounts as an operator.",
        subcommands: [ImportUsers.self, PromoteUser.self, ResetSecondFactor.self])
}

struct PromoteUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Make an account an administrator.")

    @Argument(help: "The account's e-mail address.")
    var email: String

    @OptionGroup var data: DataOption
    @OptionGroup var elsewhere: DatabaseElsewhere

    func run() async throws {
        let isFound =
            if let content = try await elsewhere.content() {
                try await content.makeAdmin(email)
            } else {
                try await ClusterDatabase(try await data.runningCluster()).makeAdmin(email)
            }
        guard isFound else { throw ClusterError("There is no account with the address \(email).") }
        Console.say("\(email) is an administrator; a client's next refresh tells it so.")
    }
}
