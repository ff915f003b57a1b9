import ArgumentParser

/// How long a benchmark runs, and how its figures are printed.
struct BenchmarkOptions: ParsableArguments {
    @Option(help: "Rounds of each.")
    var rounds = 5

    @Option(help: "Seconds a round.")
    var seconds = 6

    @Option(help: "Connections of the load generator.")
    var connections = 64

    @Flag(help: "Print JSON for programs.")
    var json = false

    func validate() throws {
        guard (1...99).contains(rounds), (1...600).contains(seconds), (1...10_000).contains(connections) else {
            throw ValidationError("--rounds, --seconds and --connections must be at least 1, and not huge.")
        }
    }

    /// A line on what is under way, for people alone.
    func say(_ text: String) {
        if !json { Console.say("  \(text)") }
    }
}
