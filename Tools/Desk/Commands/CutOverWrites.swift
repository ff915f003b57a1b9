import ArgumentParser
import Glibc
import LocalCluster

struct CutOverWrites: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cutover",
        abstract: "Make CryptoDesk the owner of a monolith's writes; with --back the monolith again.",
        discussion: """
            The gateways hold writes, the former owner refuses them from then on, its last changes are brought over, the other \
            store takes writes in a new epoch, and the gateways send them there. Both stores refuse writes of an older epoch. \
            When it was ended half-way, running it once more goes on.
            """)

    @Argument(help: "The gateways' routes whose writes move: all that lead to the tasks.")
    var routes: [String] = []

    @Flag(help: "Back to the monolith, which gets what was written here since.")
    var back = false

    @Flag(help: "Change the stores alone, where no gateway sends the writes.")
    var storesOnly = false

    @OptionGroup var migration: MigrationOption

    func validate() throws {
        guard routes.isEmpty == storesOnly else {
            throw ValidationError("Name the routes whose writes move, or say --stores-only.")
        }
    }

    func run() async throws {
        let user = getenv("USER").map { String(cString: $0) } ?? ""
        let gateways =
            storesOnly
            ? nil
            : GatewayWrites(
                try await migration.data.runningCluster(), routes: routes, by: user.isEmpty ? "desk" : user)
        let epoch = try await migration.withStores { stores in
            try await CutOver(stores, gateways: gateways) { Console.say($0) }.run(to: back ? .legacy : .candidate)
        }
        Console.say("\(back ? "The monolith" : "CryptoDesk") owns writes in epoch \(epoch).")
    }
}
