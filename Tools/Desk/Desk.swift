import ArgumentParser
import Glibc
import LocalCluster

/// The command line of the project; `./desk` builds it and hands over.
@main
struct Desk: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "desk",
        abstract: "Runs CryptoDesk on this machine: a cluster of real servers on loopback.",
        subcommands: [
            Up.self, Down.self, Status.self, Logs.self, Migrate.self, Seed.self, PSQL.self, Redis.self, Kill.self,
            Pause.self, Resume.self, Promote.self, Users.self, Strategies.self, Keys.self, Restart.self, Routes.self,
            Reload.self, Backup.self, Restore.self, Drill.self, Soak.self, Top.self, OpenAPI.self, Bench.self,
            Plan.self,
            Route.self, Capture.self, Backfill.self, Verify.self, CutOverWrites.self,
            SBOM.self, LoadTest.self, Profile.self,
            Test.self, Lint.self,
            Format.self, Coverage.self, Sanitize.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as ClusterError {
            Console.complain(error.sentence)
            Glibc.exit(1)
        } catch {
            exit(withError: error)
        }
    }
}
