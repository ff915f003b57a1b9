import ArgumentParser
import LocalCluster

struct ResetSecondFactor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turn off the second factor of an account whose owner has lost it.",
        discussion: """
            The password alone signs in from then on, until the owner turns the second factor on again. All sessions of the \
            account end, and the audit log has an entry. Make sure by another way that it is the owner who asks.
            """)

    @Argument(help: "The account's e-mail address.")
    var email: String

    @OptionGroup var data: DataOption
    @OptionGroup var elsewhere: DatabaseElsewhere

    func run() async throws {
        let outcome =
            if let content = try await elsewhere.content() {
                try await content.resetSecondFactor(email)
            } else {
                try await ClusterDatabase(try await data.runningCluster()).resetSecondFactor(email)
            }
        switch outcome {
        case .reset: Console.say("The second factor of \(email) is off, and its sessions have ended.")
        case .off: throw ClusterError("The account \(email) has no second factor.")
        case .missing: throw ClusterError("There is no account with the address \(email).")
        }
    }
}
